package dev.filigree.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.app.BundledData;
import dev.filigree.app.KnownModel;
import dev.filigree.app.Registry;
import dev.filigree.app.peer.PeerModel;
import dev.filigree.app.peer.PeerProcess;
import dev.filigree.base.Rng;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.io.text.Pair;
import dev.filigree.report.Metrics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real encoders, run by Filigree and by ONNX Runtime from the same file on the same token ids. */
class EncodersAgreeWithOnnxRuntimeTest {

    private static final int SENTENCES = 50;
    private static final double TOLERANCE = 1e-4;

    @ParameterizedTest
    @EnumSource(KnownModel.class)
    void embeddingsAgreeAtEveryLength(KnownModel known) throws Exception {
        Path jar = Registry.jar(known.fp32());
        try (SentenceEncoder encoder = SentenceEncoder.open(jar, 2, Optional.of(known.pooling()))) {
            List<int[]> sequences = variedSequences(encoder);
            float[][] ours = encoder.encode(sequences);
            float[][] theirs = onnxRuntime(jar, known, encoder, sequences);
            double largest = 0;
            double smallestCosine = 1;
            for (int i = 0; i < sequences.size(); i++) {
                assertEquals(encoder.dimension(), ours[i].length);
                smallestCosine = Math.min(smallestCosine, Metrics.cosine(ours[i], theirs[i]));
                for (int j = 0; j < ours[i].length; j++) {
                    double difference = Math.abs((double) ours[i][j] - theirs[i][j]);
                    assertTrue(difference <= TOLERANCE, known + ": sequence " + i + " of " + sequences.get(i).length
                            + " tokens, feature " + j + ": " + ours[i][j] + " here, " + theirs[i][j] + " there");
                    largest = Math.max(largest, difference);
                }
            }
            assertTrue(smallestCosine > 1 - TOLERANCE, known + ": cosine " + smallestCosine);
            System.out.printf("%s: largest difference %.1e, smallest cosine 1 - %.1e%n", known.label(), largest,
                    1 - smallestCosine);
        }
    }

    /** The published score of all-MiniLM-L6-v2, through our reader of pairs, tokenizer, encoder and rank correlation. */
    @Test
    void minilmReachesItsKnownScoreOnTheStsBenchmark() {
        try (SentenceEncoder encoder = SentenceEncoder.open(Registry.jar(KnownModel.MINILM.fp32()), 2,
                Optional.of(KnownModel.MINILM.pooling()))) {
            List<Pair> pairs = BundledData.stsDev();
            float[][] first = encoder.embed(pairs.stream().map(Pair::first).toList());
            float[][] second = encoder.embed(pairs.stream().map(Pair::second).toList());
            double[] cosines = new double[pairs.size()];
            double[] scores = new double[pairs.size()];
            for (int i = 0; i < cosines.length; i++) {
                cosines[i] = Metrics.cosine(first[i], second[i]);
                scores[i] = pairs.get(i).score();
            }
            assertEquals(0.8672, Metrics.spearman(cosines, scores), 5e-5);
        }
    }

    /** Sentences of every length that occurs, an empty one, one word, and texts as long as the encoder takes. */
    private static List<int[]> variedSequences(SentenceEncoder encoder) {
        List<String> text = BundledData.heldOut();
        List<int[]> sequences = new ArrayList<>();
        sequences.add(encoder.tokens(""));
        sequences.add(encoder.tokens("Rain"));
        sequences.add(encoder.tokens("naïve café, 東京; \uD83D\uDE00 x\u0000y"));
        sequences.add(encoder.tokens(String.join(" ", text.subList(0, 6))));
        sequences.add(encoder.tokens(String.join(" ", text.subList(0, 100))));
        assertEquals(encoder.config().maxPositions(), sequences.getLast().length);
        Rng rng = new Rng(11);
        while (sequences.size() < SENTENCES) {
            sequences.add(encoder.tokens(text.get(rng.nextInt(text.size()))));
        }
        return sequences;
    }

    /** The long sequences alone, the rest in padded batches, so that masking is compared too. */
    private static float[][] onnxRuntime(Path jar, KnownModel known, SentenceEncoder encoder, List<int[]> sequences)
            throws Exception {
        PeerModel model = PeerModel.of(jar, known.pooling(), encoder.config().vocab());
        try (PeerProcess peer = PeerProcess.start(Registry.jar(KnownModel.ONNX_RUNTIME), model, 2)) {
            float[][] vectors = new float[sequences.size()][];
            System.arraycopy(peer.embed(sequences.subList(0, 5), 1), 0, vectors, 0, 5);
            System.arraycopy(peer.embed(sequences.subList(5, SENTENCES), 16), 0, vectors, 5, SENTENCES - 5);
            return vectors;
        }
    }
}
