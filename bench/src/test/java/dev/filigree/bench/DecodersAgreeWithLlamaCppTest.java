package dev.filigree.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.app.KnownLanguageModel;
import dev.filigree.app.peer.DecoderPeer;
import dev.filigree.infer.Decoding;
import dev.filigree.infer.LanguageModel;
import dev.filigree.io.DType;
import dev.filigree.io.DecoderWriter;
import dev.filigree.io.GgufWriter;
import dev.filigree.io.RotaryScaling;
import dev.filigree.io.StoredDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real decoder written as GGUF, run by Filigree and by llama.cpp from the same file. */
class DecodersAgreeWithLlamaCppTest {

    private static final List<String> PROMPTS = List.of("Once upon a time", "Lily and Tom went to the park. They saw a", "The dog was sad because", "\"I can fly,\" said the bird.",
            "There was a big tree", "Mum said", "It was raining, and Ben", "One day a cat found a");
    private static final int TOKENS = 150;
    /** What the order of sums leaves undecided between two scores. */
    private static final double IN_32_BITS = 1e-4;
    /** llama.cpp rounds activations too where weights have 16 bits. */
    private static final double IN_16_BITS = 0.02;

    /** llama.cpp gets each angle from the one before it, in 32 bits. */
    private static final double SCALED = 3e-3;

    @TempDir
    private Path folder;

    @Test
    void greedyTextIsTheSameTokenForToken() throws Exception {
        agrees(DType.F32, IN_32_BITS);
    }

    @Test
    void greedyTextOf16BitWeightsIsTheSameButForTies() throws Exception {
        agrees(DType.F16, IN_16_BITS);
    }

    /** As if the model had been made for longer texts: what it says is nonsense then, and the same nonsense. */
    @Test
    void greedyTextWithScaledRotaryPositionsIsTheSame() throws Exception {
        Path folders = this.folder.resolve("stories");
        try (StoredDecoder stored = KnownLanguageModel.stored(KnownLanguageModel.BUNDLED)) {
            DecoderWriter.write(folders, stored, DType.F32);
        }
        String config = Files.readString(folders.resolve("config.json"));
        for (String scaling : List.of("{\"rope_type\": \"linear\", \"factor\": 2.0}",
                "{\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 100}")) {
            Files.writeString(folders.resolve("config.json"), config.replaceFirst("\\{", "{\"rope_scaling\": " + scaling + ","));
            try (StoredDecoder stored = StoredDecoder.open(folders)) {
                assertTrue(stored.config().scaling() != RotaryScaling.NONE);
                agrees(stored, DType.F32, SCALED);
            }
        }
    }

    private void agrees(DType type, double margin) throws Exception {
        try (StoredDecoder stored = KnownLanguageModel.stored(KnownLanguageModel.BUNDLED)) {
            agrees(stored, type, margin);
        }
    }

    private void agrees(StoredDecoder stored, DType type, double margin) throws Exception {
        Path file = folder.resolve("stories.gguf");
        new GgufWriter(stored, type).write(file);
        int ties = 0;
        try (LanguageModel ours = LanguageModel.open(file, 1); DecoderPeer peer = DecoderPeer.llamaCpp(file, 1, ours.config().context())) {
            for (String prompt : PROMPTS) {
                DecoderPeer.Text theirs = peer.text(prompt, TOKENS);
                assertArrayEquals(ours.pieces().ids(prompt), theirs.prompt(), prompt);
                assertEquals(TOKENS, theirs.pieces().size(), prompt);
                ties += ties(ours, prompt, theirs.pieces(), margin);
            }
        }
        System.out.println(type + ": " + PROMPTS.size() * TOKENS + " tokens as llama.cpp chooses them, " + ties + " of them between scores less than " + margin + " apart");
        assertTrue(ties <= 3, ties + " ties");
    }

    /** Goes on with a prompt as they did; how often they took another token than ours, whose score was as good as the best. */
    private static int ties(LanguageModel model, String prompt, List<String> pieces, double margin) {
        int ties = 0;
        try (Decoding sequence = model.decoding(model.config().context())) {
            int[] opening = model.pieces().opening(prompt);
            sequence.read(Arrays.copyOf(opening, opening.length - 1));
            int id = opening[opening.length - 1];
            for (String piece : pieces) {
                float[] scores = sequence.next(id);
                scores[model.pieces().end()] = Float.NEGATIVE_INFINITY; // the peer goes on beyond ends
                int best = best(scores, IntStream.range(0, scores.length).toArray());
                if (piece(model, best).equals(piece)) {
                    id = best;
                } else {
                    id = best(scores, IntStream.range(0, scores.length).filter(i -> piece(model, i).equals(piece)).toArray());
                    assertTrue(scores[best] - scores[id] < margin, prompt + ": they chose '" + piece + "' of score " + scores[id] + ", and '" + piece(model, best) + "' has " + scores[best]);
                    ties++;
                }
            }
        }
        return ties;
    }

    private static String piece(LanguageModel model, int id) {
        return new String(model.pieces().bytes(id), StandardCharsets.UTF_8);
    }

    private static int best(float[] scores, int[] among) {
        int best = among[0];
        for (int i : among) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best;
    }
}
