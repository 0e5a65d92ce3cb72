package dev.filigree.io.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import dev.filigree.tensor.Csr;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Matrix;

/** Texts, graphs and feature tables: read as described, and refused with one line that names file, finding and expectation. */
class SequenceDataTest {

    @TempDir
    Path folder;

    private Path file(String name, String... lines) throws IOException {
        return Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
    }

    private static void refused(String part, Runnable read) {
        UserError e = assertThrows(UserError.class, read::run);
        assertTrue(e.getMessage().contains(part) && !e.getMessage().contains("\n"), e.getMessage());
    }

    @Test
    void wordsAreNumberedByFrequencyAndLinesEnd() throws IOException {
        Path text = file("text", "b a b", "", " c a b ");
        TextData data = TextData.open(text, Vocabulary.Unit.WORDS, 100);
        assertEquals(List.of("<unk>", "<eos>", "b", "a", "c"), data.vocabulary().tokens());
        assertArrayEquals(new int[] {2, 3, 2, 1, 1, 4, 3, 2, 1}, data.ids());
        TextData few = TextData.open(text, Vocabulary.Unit.WORDS, 3);
        assertArrayEquals(new int[] {2, 0, 2, 1, 1, 0, 0, 2, 1}, few.ids());
        assertArrayEquals(new int[] {0, 2, 1}, TextData.open(file("other", "zebra b"), data.vocabulary()).ids());
    }

    @Test
    void charactersAndBytes() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "\u00e4a\u00e4");
        assertArrayEquals(new int[] {1, 2, 1}, TextData.open(text, Vocabulary.Unit.CHARACTERS, 100).ids());
        assertArrayEquals(new int[] {0xc3, 0xa4, 'a', 0xc3, 0xa4}, TextData.open(text, Vocabulary.Unit.BYTES, 256).ids());
    }

    @Test
    void textsThatAreNone() throws IOException {
        refused("missing", () -> TextData.open(folder.resolve("missing"), Vocabulary.Unit.WORDS, 10));
        Path empty = Files.createFile(folder.resolve("empty"));
        refused("empty", () -> TextData.open(empty, Vocabulary.Unit.WORDS, 10));
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, 0x20, (byte) 0xc3});
        refused("UTF-8", () -> TextData.open(binary, Vocabulary.Unit.WORDS, 10));
    }

    private void graph(String edges, String labels, String features, String split) throws IOException {
        Files.writeString(folder.resolve("edges.txt"), edges);
        Files.writeString(folder.resolve("labels.txt"), labels);
        Files.writeString(folder.resolve("features.txt"), features);
        Files.writeString(folder.resolve("split.txt"), split);
    }

    @Test
    void aGraphAndItsNormalisedNeighbours() throws IOException {
        graph("0 1\n1 2\n", "0\n1\n1\n", "0 4\n\n2\n", "train\ntest\n-\n");
        GraphData g = GraphData.open(folder);
        assertEquals(5, g.features());
        assertEquals(2, g.classes());
        assertArrayEquals(new int[] {-1, 1, -1}, g.labels(GraphData.Part.TEST));
        Csr a = g.adjacency();
        float[][] dense = new float[3][3];
        a.forEach((r, c, slot, v) -> dense[r][c] = v);
        assertArrayEquals(new float[] {0.5f, (float) (1 / Math.sqrt(6)), 0}, dense[0], 1e-6f);
        assertArrayEquals(new float[] {(float) (1 / Math.sqrt(6)), 1 / 3f, (float) (1 / Math.sqrt(6))}, dense[1], 1e-6f);
    }

    @Test
    void graphsThatAreNone() throws IOException {
        refused("features.txt", () -> GraphData.open(folder));
        graph("0 3\n", "0\n1\n1\n", "0\n1\n2\n", "train\ntest\n-\n");
        refused("edges.txt line 1: found '3'", () -> GraphData.open(folder));
        graph("0 1 2\n", "0\n1\n1\n", "0\n1\n2\n", "train\ntest\n-\n");
        refused("found 3 numbers, expected 2", () -> GraphData.open(folder));
        graph("0 1\n", "0\n1\n", "0\n1\n2\n", "train\ntest\n-\n");
        refused("labels.txt: found 2 lines", () -> GraphData.open(folder));
        graph("0 1\n", "0\n1\nx\n", "0\n1\n2\n", "train\ntest\n-\n");
        refused("labels.txt line 3: found 'x'", () -> GraphData.open(folder));
        graph("0 1\n", "0\n0\n2\n", "0\n1\n2\n", "train\ntest\n-\n");
        refused("labels.txt line 3: found 2, but there are 2 classes in all, expected 0..1", () -> GraphData.open(folder));
        graph("0 1\n", "0\n1\n1\n", "0\n1\n2\n", "train\ntset\n-\n");
        refused("split.txt line 2: found 'tset'", () -> GraphData.open(folder));
    }

    private Path mat(String name, int rows, int labels) throws IOException {
        Matrix x = Mat5.newMatrix(rows, 2);
        Matrix y = Mat5.newMatrix(labels, 1);
        for (int i = 0; i < rows; i++) {
            x.setDouble(i, 0, i);
            x.setDouble(i, 1, 5);
        }
        for (int i = 0; i < labels; i++) {
            y.setDouble(i, 0, i % 2 == 0 ? -1 : 1);
        }
        Path file = folder.resolve(name);
        Mat5.writeToFile(Mat5.newMatFile().addArray("X", x).addArray("Y", y), file.toFile());
        return file;
    }

    @Test
    void featuresAreStandardisedByWhatIsLearnedFrom() throws IOException {
        FeatureTable table = FeatureTable.open(mat("t.mat", 20, 20));
        assertEquals(List.of("-1", "1"), table.classes());
        FeatureTable.Split split = table.split(0.25, 1);
        assertEquals(5, split.test().count());
        assertEquals(15, split.train().count());
        float[] out = new float[2];
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 15; i++) {
            split.train().read(i, out);
            sum += out[0];
            squares += out[0] * out[0];
            assertEquals(0, out[1], "a feature that never changes");
        }
        assertEquals(0, sum, 1e-4);
        assertEquals(15, squares, 1e-3);
        assertEquals(table.split(0.25, 1).test().fingerprint(), split.test().fingerprint());
        assertEquals(20, IntStream.range(0, 20).map(i -> table.label(i) + (i % 2 == 0 ? 1 : 0)).sum());
    }

    @Test
    void featureFilesThatAreNone() throws IOException {
        Path short1 = mat("short.mat", 20, 19);
        refused("X 20 x 2 and Y 19 x 1", () -> FeatureTable.open(short1));
        Path text = file("text.mat", "this is not a matrix");
        refused("cannot be read as a MATLAB file", () -> FeatureTable.open(text));
        refused("no such file", () -> FeatureTable.open(folder.resolve("missing.mat")));
        byte[] whole = Files.readAllBytes(mat("whole.mat", 20, 20));
        for (int length = 0; length < whole.length; length += 37) {
            Path cut = Files.write(folder.resolve("cut.mat"), java.util.Arrays.copyOf(whole, length));
            assertThrows(UserError.class, () -> FeatureTable.open(cut), "cut at " + length + " of " + whole.length);
        }
        Path half = Files.write(folder.resolve("half.mat"), java.util.Arrays.copyOf(whole, 150));
        refused("half.mat: cannot be read as a MATLAB file (version 5 to 7.2): the file ends too early", () -> FeatureTable.open(half));
        refused("test share", () -> FeatureTable.open(mat2()).split(0, 1));
    }

    private Path mat2() {
        try {
            return mat("two.mat", 4, 4);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
