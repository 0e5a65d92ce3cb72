package dev.filigree.retrieve.corpus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorpusTest {

    @TempDir
    Path temp;

    private static List<Entry> all(Corpus corpus) {
        List<Entry> all = new ArrayList<>();
        try (Corpus.Reader in = corpus.read()) {
            for (Entry e = in.next(); e != null; e = in.next()) {
                all.add(e);
            }
        }
        return all;
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(temp.resolve(name), text);
    }

    @Test
    void aBeirFolderHoldsDocumentsAndQueries() throws IOException {
        file("corpus.jsonl", """
                {"_id": "a", "title": "Cats", "text": "sleep", "metadata": {"year": [1, 2]}}

                {"_id": 7, "text": "äöü \\u4e16"}
                """);
        file("queries.jsonl", "{\"_id\": \"q1\", \"text\": \"who sleeps\"}");
        Path corpus = temp.resolve("corpus.jsonl");
        assertEquals(List.of(new Entry("a", "Cats", "sleep", null, corpus + ": line 1"), new Entry("7", "", "äöü 世", null, corpus + ": line 3")), all(Corpus.of(temp)));
        assertEquals("Cats\nsleep", all(Corpus.of(temp)).getFirst().content());
        assertEquals(List.of("who sleeps"), all(Corpus.queries(temp)).stream().map(Entry::content).toList());
    }

    @Test
    void readyVectorsHaveTokensOrNumbers() throws IOException {
        Path file = file("v.jsonl", "{\"id\": \"a\", \"content\": \"x\", \"vector\": {\"cat\": 1.5, \"##s\": 0, \"2019\": 3}}\n{\"id\": 2, \"vector\": {}}\r\n");
        List<Entry> all = all(Corpus.of(file));
        assertEquals(Map.of("cat", 1.5f, "2019", 3f), all.get(0).vector());
        assertEquals(Map.of(), all.get(1).vector());
        assertEquals("2", all.get(1).id());
        assertNull(all(Corpus.of(file("t.jsonl", "{\"id\": \"a\"}"))).getFirst().vector());
        assertEquals(Map.of("a", 2f), Corpus.vector("{\"a\": 2}", "the query"));
    }

    @Test
    void trecTextAndTopics() throws IOException {
        Path file = file("t.sgml", """
                <DOC>
                <DOCNO> X-1 </DOCNO>
                <HEADLINE> A &amp; B </HEADLINE>
                <DATE>today</DATE>
                <TEXT>
                <P> one &lt;two
                </TEXT>
                <TEXT> three </TEXT>
                </DOC>
                <doc><docno>X-2</docno>
                plain text
                </doc>
                """);
        List<Entry> all = all(Corpus.of(file));
        assertEquals(new Entry("X-1", "A & B", "one <two\n\n three", null, file + ": line 1"), all.get(0));
        assertEquals(new Entry("X-2", "", "plain text", null, file + ": line 10"), all.get(1));
        Path topics = file("topics", "<top>\n<num> Number: 301\n<title> organized crime\n<desc> Description:\nwho\n</top>\n");
        assertEquals(new Entry("301", "", "organized crime", null, topics + ": line 1"), all(Corpus.queries(topics)).getFirst());
    }

    @Test
    void cranfieldAndTabs() throws IOException {
        Path file = file("cran", ".I 1\n.T\na wing\n.A\nsomebody\n.W\na wing\nin a stream .\n.I 0004\n.W\nx\n");
        assertEquals(List.of(new Entry("1", "a wing", "a wing\nin a stream .", null, file + ": line 1"), new Entry("2", "", "x", null, file + ": line 9")), all(Corpus.of(file)));
        Path tabs = file("q.tsv", "3\thow is\tit\n");
        assertEquals(List.of(new Entry("3", "", "how is\tit", null, tabs + ": line 1")), all(Corpus.queries(tabs)));
    }

    @Test
    void archivesFoldersAndGzipAreReadThrough() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("many"));
        Files.write(folder.resolve("b.jsonl.gz"), gzip("{\"id\": \"b\"}\n{\"id\": \"c\"}".getBytes(StandardCharsets.UTF_8)));
        Files.writeString(folder.resolve("a.html"), "<html>\n<pre>\n\nA Title\nof two lines\n\nText.\n\n1\t5\t1\n</pre>\n</html>\n");
        Files.writeString(folder.resolve("empty.txt"), "\n\n");
        Files.write(folder.resolve("t.tar.gz"), gzip(tar("d/CACM-1.html", "<pre>\nOnly a title\n</pre>", "x.tsv", "y\tz\n")));
        List<Entry> all = all(Corpus.of(folder));
        assertEquals(List.of("a", "b", "c", "CACM-1", "y"), all.stream().map(Entry::id).toList());
        assertEquals("A Title\nof two lines", all.getFirst().title());
        assertEquals("Text.", all.getFirst().text());
        assertEquals(new Entry("y", "", "z", null, folder.resolve("t.tar.gz") + "!/x.tsv: line 1"), all.getLast());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'id': 'a'} ~ {'id': 'b', 'vector': {'x': -1}}     | line 2: found token \"x\" with the weight -1, expected a number from 0 to 65504",
        "{'id': 'a', 'vector': {'x': NaN}}                  | line 1: found token \"x\" with the weight NaN, expected",
        "{'id': 'a', 'vector': {'x': Infinity}}             | line 1: found token \"x\" with the weight Infinity, expected",
        "{'id': 'a', 'vector': {'x': 65505}}                | line 1: found token \"x\" with the weight 65505, expected",
        "{'id': 'a', 'vector': {'x': 1e999}}                | line 1: found token \"x\" with the weight 1e999, expected",
        "{'id': 'a', 'vector': {'x': '1'}}                  | line 1: found token \"x\" with a text, expected a number",
        "{'id': 'a', 'vector': [1, 2]}                      | line 1: found a vector that is a list, expected an object {token: weight}",
        "{'id': 'a', 'vector': {'x': 1, 'x': 2}}            | line 1: is no sound JSON (Duplicate field 'x')",
        "{'id': 'a', 'text': 3}                             | line 1: found \"text\" with a number, expected a text",
        "{'text': 'a'}                                      | line 1: found no id, expected a field",
        "{'id': ''}                                         | line 1: found no id, expected a field",
        "{'id': 'a'} ~ {'id': 'b'                           | line 2: is no sound JSON (Unexpected end-of-input",
        "{'id': 'a'} ~ [1]                                  | line 2: found \"[1]\", expected a JSON object",
        "{'id': 'a'} {'id': 'b'}                            | line 1: found more text after the JSON object",
        "<DOC> ~ <DOCNO>1</DOCNO> ~ <DOC>                   | line 1: found no </DOC> before line 3, expected it after each document",
        "<DOC> ~ <DOCNO>1</DOCNO> ~ x                       | line 1: found no </DOC> before the end of the file",
        "<DOC> ~ x ~ </DOC>                                 | line 1: found a document without <DOCNO>",
        "<DOC> ~ <DOCNO>1</DOCNO></DOC> ~ stray             | line 3: found text outside of a document, expected <DOC>",
        ".I 1 ~ .W ~ x ~ .I two                             | line 4: found \".I two\", expected .I and a number",
        "just some words                                    | : found \"just some words\" in its first line, expected JSON lines",
    })
    void aFaultNamesFileLineFoundAndExpected(String text, String message) throws IOException {
        Path file = file("f", text.replace('\'', '"').replace(" ~ ", "\n"));
        UserError e = assertThrows(UserError.class, () -> all(Corpus.of(file)));
        assertTrue(e.getMessage().startsWith(file.toString()) && e.getMessage().contains(message), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
    }

    @Test
    void bytesThatAreNoTextAndCutArchivesAreNamed() throws IOException {
        Path bad = Files.write(temp.resolve("bad"), new byte[] {'{', '"', 'i', 'd', '"', ':', '"', 'a', '"', '}', '\n', (byte) 0xff, '\n'});
        assertEquals(bad + ": line 2: found bytes that are not UTF-8, expected UTF-8 text; convert the file", assertThrows(UserError.class, () -> all(Corpus.of(bad))).getMessage());
        byte[] good = gzip("{\"id\": \"a\"}\n".repeat(2000).getBytes(StandardCharsets.UTF_8));
        Path cut = Files.write(temp.resolve("cut.jsonl.gz"), Arrays.copyOf(good, good.length - 20));
        assertTrue(assertThrows(UserError.class, () -> all(Corpus.of(cut))).getMessage().contains("the gzip data is damaged or cut off after line"));
        assertTrue(assertThrows(UserError.class, () -> Corpus.of(temp.resolve("none"))).getMessage().contains("no such file or folder"));
        Path noTabs = file("q.tsv", "1\ta\nb\n");
        assertEquals(noTabs + ": line 2: found no tab after an id, expected an id, a tab and a text", assertThrows(UserError.class, () -> all(Corpus.of(noTabs))).getMessage());
    }

    @Test
    void whateverIsDoneToAFileOnlyAUserErrorComesOut() throws IOException {
        Rng rng = new Rng(1);
        for (String good : List.of("{\"id\": \"a\", \"text\": \"x\", \"vector\": {\"a\": 1.5}}\n{\"id\": \"b\"}\n", "<DOC>\n<DOCNO>1</DOCNO>\n<TEXT>\nx\n</TEXT>\n</DOC>\n", ".I 1\n.T\nx\n.W\ny\n", "1\tx\n2\ty\n")) {
            for (int i = 0; i < 400; i++) {
                byte[] bytes = good.getBytes(StandardCharsets.UTF_8);
                for (int n = 1 + rng.nextInt(3); n > 0; n--) {
                    bytes[rng.nextInt(bytes.length)] = (byte) rng.nextInt(256);
                }
                Path file = Files.write(temp.resolve("f"), Arrays.copyOf(bytes, 1 + rng.nextInt(bytes.length)));
                try {
                    all(Corpus.of(file));
                } catch (UserError e) {
                    assertTrue(e.getMessage().startsWith(file.toString()) && e.getMessage().lines().count() == 1, e.getMessage());
                }
            }
        }
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream packed = new GZIPOutputStream(out)) {
            packed.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] tar(String... namesAndTexts) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndTexts.length; i += 2) {
            byte[] text = namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8);
            byte[] head = new byte[512];
            System.arraycopy(namesAndTexts[i].getBytes(StandardCharsets.UTF_8), 0, head, 0, namesAndTexts[i].length());
            System.arraycopy(String.format("%011o", text.length).getBytes(StandardCharsets.UTF_8), 0, head, 124, 11);
            head[156] = '0';
            Arrays.fill(head, 148, 156, (byte) ' ');
            int sum = 0;
            for (byte b : head) {
                sum += b & 0xff;
            }
            System.arraycopy(String.format("%06o\0 ", sum).getBytes(StandardCharsets.UTF_8), 0, head, 148, 8);
            out.write(head);
            out.write(Arrays.copyOf(text, Math.ceilDiv(text.length, 512) * 512));
        }
        out.write(new byte[1024]);
        return out.toByteArray();
    }
}
