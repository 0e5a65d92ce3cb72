package dev.filigree.io.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextDataTest {

    @TempDir
    private Path folder;

    @Test
    void sentencesAreTheNonBlankLinesWithoutSurroundingSpace() throws IOException {
        Path file = file("\uFEFFOne, two.\r\n\n  Three äöü \u20ac. \n\t\nno line end".getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of("One, two.", "Three äöü \u20ac.", "no line end"), Sentences.read(file));
    }

    @Test
    void gzipIsKnownByItsBytesNotByItsName() throws IOException {
        assertEquals(List.of("a b", "c"), Sentences.read(file(gzip("a b\nc\n"))));
    }

    @Test
    void damagedSentenceFilesGiveOneLine() throws IOException {
        byte[] whole = gzip("Sentence one.\nSentence two.\n".repeat(50));
        assertUserError(() -> Sentences.read(file(Arrays.copyOf(whole, whole.length / 2))), "damaged or cut off");
        assertUserError(() -> Sentences.read(file(Arrays.copyOf(whole, 5))), "damaged or cut off");
        byte[] flipped = whole.clone();
        flipped[flipped.length - 6] ^= 1; // the checksum
        assertUserError(() -> Sentences.read(file(flipped)), "damaged or cut off");
        assertUserError(() -> Sentences.read(file(new byte[] {'a', '\n', (byte) 0xff, (byte) 0xfe})), "not UTF-8");
        assertUserError(() -> Sentences.read(file(new byte[0])), "found no sentence");
        assertUserError(() -> Sentences.read(file("x".repeat((1 << 20) + 1).getBytes(StandardCharsets.UTF_8))),
                "line 1: longer than");
        assertUserError(() -> Sentences.read(folder.resolve("absent.txt")), "absent.txt: no such file");
        assertUserError(() -> Sentences.read(folder), "is a folder");
    }

    @Test
    void pairsOfThreeTabSeparatedFieldsKeepTheirQuotationMarks() {
        assertEquals(List.of(new Pair(4.5, "A \"b\", c.", "D."), new Pair(0, "e", "f")),
                pairs("4.5\tA \"b\", c.\tD.\n\n0\te\tf\textra\n"));
    }

    @Test
    void pairsOfTheStsBenchmarkWithFurtherColumns() {
        assertEquals(List.of(new Pair(3.8, "a man", "a woman"), new Pair(5, "x", "y")),
                pairs("main-captions\tMSRvid\t2012test\t0004\t3.800\ta man\ta woman\n"
                        + "main-news\tMSRpar\t2012train\t0001\t5.000\tx\ty\tsource\tsource\n"));
    }

    @Test
    void pairsOfACommaSeparatedFileWithAHeader() {
        assertEquals(List.of(new Pair(1, "Say \"hi\", twice", "b"), new Pair(0.25, "c", "it's")),
                pairs("sentence1,Score,sentence2\r\n\"Say \"\"hi\"\", twice\",1,b\r\nc,0.25,it's\r\n"));
    }

    @Test
    void malformedPairsNameFileAndLine() {
        assertUserError(() -> pairs("1\ta\tb\n2\ta\n"), "p.tsv: line 2: found 2 fields, expected at least 3");
        assertUserError(() -> pairs("1\ta\tb\n\nx\ta\tb\n"), "p.tsv: line 3: found the score 'x'");
        assertUserError(() -> pairs("NaN\ta\tb\n"), "line 1: found the score 'NaN'");
        assertUserError(() -> pairs("1\ta\t \n"), "line 1: sentence 2 is empty");
        assertUserError(() -> pairs("just words\n"), "line 1: found 1 fields");
        assertUserError(() -> pairs("1,\"a,b\n"), "line 1: a quotation mark is not closed");
        assertUserError(() -> pairs("\n"), "p.tsv: found no pair");
        assertUserError(() -> pairs("score\tsentence1\tsentence2\n"), "found no pair");
    }

    @Test
    void anEvaluationSentenceIsExcludedWhateverItsCaseAndPunctuation() {
        List<Pair> pairs = List.of(new Pair(1, "A man is running!", "It's the dog's."));
        Sentences.Exclusion exclusion =
                Sentences.exclude(List.of("a  MAN is running", "A man runs.", "It\u2019s the dog\u2019s", "..."), pairs);
        assertEquals(List.of("A man runs.", "..."), exclusion.kept());
        assertEquals(2, exclusion.removed());
    }

    @Test
    void whateverTheBytesOnlyAUserErrorComesOut() throws IOException {
        byte[][] valid = {gzip("1.0\ta\tb\n2.0\tc\td\n"), "1,a,\"b\"\n2,c,d\n".getBytes(StandardCharsets.UTF_8)};
        Rng rng = new Rng(7);
        for (int trial = 0; trial < 2000; trial++) {
            byte[] bytes = valid[trial % 2].clone();
            for (int change = rng.nextInt(3); change >= 0; change--) {
                bytes[rng.nextInt(bytes.length)] = (byte) rng.nextInt(256);
            }
            byte[] mutated = Arrays.copyOf(bytes, 1 + rng.nextInt(bytes.length));
            try {
                assertFalse(Pairs.read(new ByteArrayInputStream(mutated), "p").isEmpty());
            } catch (UserError e) {
                assertTrue(e.getMessage().startsWith("p: ") && e.getMessage().lines().count() == 1,
                        () -> "bytes " + Arrays.toString(mutated) + " gave " + e.getMessage());
            }
        }
    }

    private static List<Pair> pairs(String text) {
        return Pairs.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "p.tsv");
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(Files.createTempFile(folder, "t", ".txt"), content);
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    @FunctionalInterface
    private interface Reading {
        Object read() throws IOException;
    }

    private static void assertUserError(Reading reading, String part) {
        UserError e = assertThrows(UserError.class, reading::read);
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }
}
