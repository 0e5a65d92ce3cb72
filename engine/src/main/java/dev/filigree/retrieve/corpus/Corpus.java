package dev.filigree.retrieve.corpus;

import dev.filigree.base.UserError;
import dev.filigree.io.data.Tar;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The documents of a collection, or queries, in a file or a folder: a BEIR folder ({@code corpus.jsonl}), {@link JsonLines}, {@link TrecText},
 * {@link Cranfield}, {@link TabLines}, tape archives and folders of such files and of {@link Page}s. What a file is decides its first line that is not blank;
 * gzip is known by its first bytes. It is read from end to end and may be read again; one entry at a time is in memory. Every fault is a
 * {@link UserError} with the file, the line, what was found and what was expected.
 */
public final class Corpus {

    private final Path path;
    private final boolean queries;

    private Corpus(Path path, boolean queries) {
        if (!Files.exists(path)) {
            throw new UserError(path + ": there is no such file or folder, expected a corpus");
        }
        this.path = path;
        this.queries = queries;
    }

    /** The documents of a file or folder. */
    public static Corpus of(Path path) {
        return new Corpus(path, false);
    }

    /** The queries of a file; of a BEIR folder {@code queries.jsonl}. */
    public static Corpus queries(Path path) {
        return new Corpus(path, true);
    }

    /** A vector {@code {"token": weight}} alone, as a query may be given; {@code where} names it in faults. */
    public static Map<String, Float> vector(String text, String where) {
        return JsonLines.vector(text, where);
    }

    /** Begins to read. Close the reader; it closes itself at the end. */
    public Reader read() {
        return new Reader(files());
    }

    private Deque<Path> files() {
        if (!Files.isDirectory(path)) {
            return new ArrayDeque<>(List.of(path));
        }
        for (String name : queries ? List.of("queries.jsonl", "queries.jsonl.gz") : List.of("corpus.jsonl", "corpus.jsonl.gz")) {
            if (Files.exists(path.resolve(name))) {
                return new ArrayDeque<>(List.of(path.resolve(name)));
            }
        }
        try (Stream<Path> all = Files.walk(path)) {
            Deque<Path> files = new ArrayDeque<>(all.filter(p -> Files.isRegularFile(p) && !p.getFileName().toString().startsWith(".")).sorted().toList());
            if (files.isEmpty() || queries) {
                throw new UserError(path + ": found " + (queries ? "no queries.jsonl" : "no file") + " in this folder, expected " + (queries ? "one, or a file of queries" : "corpus.jsonl or files of texts"));
            }
            return files;
        } catch (IOException e) {
            throw new UserError(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Reads entry after entry. */
    public static final class Reader implements AutoCloseable {

        private final Deque<Path> files;
        private Source now;

        private Reader(Deque<Path> files) {
            this.files = files;
        }

        /** The next entry, or null after the last. */
        public Entry next() {
            while (true) {
                if (now == null) {
                    if (files.isEmpty()) {
                        return null;
                    }
                    now = source(files.pop());
                }
                Entry e = now.next();
                if (e != null) {
                    return e;
                }
                close();
            }
        }

        /** Up to {@code most} of the next entries; empty after the last. */
        public List<Entry> next(int most) {
            List<Entry> all = new ArrayList<>();
            for (Entry e = null; all.size() < most && (e = next()) != null; ) {
                all.add(e);
            }
            return all;
        }

        @Override
        public void close() {
            if (now != null) {
                now.close();
                now = null;
            }
        }
    }

    private static Source source(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.matches(".*\\.(tar|tar\\.gz|tgz)")) {
            return new Members(file, new Tar(file));
        }
        try {
            if (name.matches(".*\\.html?")) {
                return once(page(file.toString(), file.toString(), Files.readAllBytes(file)));
            }
            String first;
            try (Lines lines = new Lines(file.toString(), Files.newInputStream(file))) {
                first = firstLine(lines);
            }
            return first == null ? once(null) : source(first, file.toString(), new Lines(file.toString(), Files.newInputStream(file)));
        } catch (NoSuchFileException e) {
            throw new UserError(file + ": there is no such file", e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static String firstLine(Lines lines) {
        String line = lines.next();
        while (line != null && line.isBlank()) {
            line = lines.next();
        }
        return line;
    }

    /** @param first line that is not blank */
    private static Source source(String first, String name, Lines lines) {
        String begin = first.strip().toLowerCase(Locale.ROOT);
        if (begin.startsWith("{")) {
            return new JsonLines(lines);
        } else if (begin.startsWith("<doc>") || begin.startsWith("<top>") || begin.startsWith("<?") || begin.startsWith("<!")) {
            return new TrecText(lines);
        } else if (first.startsWith(".I ")) {
            return new Cranfield(lines);
        } else if (first.indexOf('\t') > 0) {
            return new TabLines(lines);
        }
        lines.close();
        throw new UserError(name + ": found " + Lines.quote(first.strip()) + " in its first line, expected JSON lines, TREC text (<DOC>), the form of Cranfield (.I 1), or an id, a tab and a text");
    }

    private static Source once(Entry entry) {
        Deque<Entry> left = new ArrayDeque<>();
        if (entry != null) {
            left.add(entry);
        }
        return left::poll;
    }

    private static Entry page(String name, String where, byte[] html) {
        try {
            return Page.entry(name, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(html)).toString(), where);
        } catch (CharacterCodingException e) {
            throw new UserError(where + ": found bytes that are not UTF-8, expected UTF-8 text; convert the file", e);
        }
    }

    /** The files of an archive. */
    private static final class Members implements Source {

        private final Path file;
        private final Tar tar;
        private Source now;

        Members(Path file, Tar tar) {
            this.file = file;
            this.tar = tar;
        }

        @Override
        public Entry next() {
            while (true) {
                Entry e = now == null ? null : now.next();
                if (e != null) {
                    return e;
                }
                Tar.Entry member = tar.next();
                if (member == null) {
                    return null;
                }
                String name = file + "!/" + member.name();
                if (member.name().toLowerCase(Locale.ROOT).matches(".*\\.html?")) {
                    return page(member.name(), name, member.content());
                }
                String first = firstLine(new Lines(name, new ByteArrayInputStream(member.content())));
                now = first == null ? null : source(first, name, new Lines(name, new ByteArrayInputStream(member.content())));
            }
        }

        @Override
        public void close() {
            tar.close();
        }
    }
}
