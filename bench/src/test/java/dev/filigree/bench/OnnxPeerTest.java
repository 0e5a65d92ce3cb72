package dev.filigree.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.app.KnownModel;
import dev.filigree.app.Registry;
import dev.filigree.app.peer.PeerFailure;
import dev.filigree.app.peer.PeerModel;
import dev.filigree.app.peer.PeerProcess;
import dev.filigree.report.Metrics;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The peer process with a real model: what it answers, and what it says when something is wrong. */
class OnnxPeerTest {

    private static final int VOCABULARY = 30522;
    /** [CLS] hello [SEP], and [CLS] hello world ! [SEP]. */
    private static final List<int[]> SEQUENCES = List.of(new int[] {101, 7592, 102}, new int[] {101, 7592, 2088, 999, 102});

    @TempDir
    private Path folder;

    @Test
    void embeddingsHaveLengthOneAndDoNotDependOnPadding() throws Exception {
        try (PeerProcess peer = start(model(KnownModel.MINILM, KnownModel.MINILM.fp32()))) {
            float[][] together = peer.embed(SEQUENCES, 2);
            float[][] alone = peer.embed(SEQUENCES, 1);
            assertEquals(2, together.length);
            for (int i = 0; i < 2; i++) {
                assertEquals(384, together[i].length);
                assertArrayEquals(alone[i], together[i], 1e-5f);
                double square = 0;
                for (float v : together[i]) {
                    square += (double) v * v;
                }
                assertEquals(1, square, 1e-5);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KnownModel.class)
    void theQuantisedModelIsNearTheOriginal(KnownModel known) throws Exception {
        try (PeerProcess fp32 = start(model(known, known.fp32())); PeerProcess int8 = start(model(known, known.int8()))) {
            assertTrue(Metrics.cosine(fp32.embed(SEQUENCES, 1)[1], int8.embed(SEQUENCES, 1)[1]) > 0.95);
        }
    }

    @Test
    void aRoundRunsWholeBatchesForTheTimeAsked() throws Exception {
        try (PeerProcess peer = start(model(KnownModel.MINILM, KnownModel.MINILM.fp32()))) {
            for (int[] shape : new int[][] {{1, 1}, {3, 17}, {1, 1}}) {
                PeerProcess.Round round = peer.round(shape[0], shape[1], 0.1);
                assertTrue(round.sequences() > 0 && round.sequences() % shape[0] == 0, round.toString());
                assertTrue(round.seconds() >= 0.1 && round.sequencesPerSecond() > 0, round.toString());
            }
        }
    }

    @Test
    void aFailedCommandIsReportedAndThePeerLivesOn() throws Exception {
        try (PeerProcess peer = start(model(KnownModel.MINILM, KnownModel.MINILM.fp32()))) {
            PeerFailure e = assertThrows(PeerFailure.class, () -> peer.embed(List.of(new int[] {VOCABULARY}), 1));
            assertTrue(e.getMessage().contains("" + VOCABULARY) && e.getMessage().lines().count() == 1, e.getMessage());
            assertEquals(1, peer.embed(SEQUENCES.subList(0, 1), 1).length);
        }
    }

    @Test
    void aDamagedModelIsReported() throws Exception {
        PeerModel whole = model(KnownModel.MINILM, KnownModel.MINILM.int8());
        Path cut = folder.resolve("cut.onnx");
        try (ZipFile zip = new ZipFile(whole.file().toFile()); InputStream in = zip.getInputStream(zip.getEntry(whole.entry()))) {
            Files.write(cut, in.readNBytes(100_000));
        }
        PeerFailure e = assertThrows(PeerFailure.class, () -> start(PeerModel.of(cut, whole.pooling(), VOCABULARY)).close());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }

    @Test
    void aClosedPeerAnswersNoMore() throws Exception {
        PeerProcess peer = start(model(KnownModel.MINILM, KnownModel.MINILM.int8()));
        peer.close();
        PeerFailure e = assertThrows(PeerFailure.class, () -> peer.round(1, 1, 0.1));
        assertTrue(e.getMessage().startsWith("the peer process ended"), e.getMessage());
    }

    private static PeerModel model(KnownModel known, String coordinates) throws PeerFailure {
        return PeerModel.of(Registry.jar(coordinates), known.pooling(), VOCABULARY);
    }

    private static PeerProcess start(PeerModel model) throws PeerFailure {
        return PeerProcess.start(Registry.jar(KnownModel.ONNX_RUNTIME), model, 2);
    }
}
