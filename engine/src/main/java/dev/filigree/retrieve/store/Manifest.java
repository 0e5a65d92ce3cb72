package dev.filigree.retrieve.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import dev.filigree.retrieve.SeismicSettings;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What an index holds: the state that counts. It is one small file, so the file itself is what is moved into place when a state is
 * committed: there is never a second one, and no question which of them counts. It begins with the checksum of the rest. One that is
 * damaged is refused, not passed over: an older state would bring deleted documents back and say nothing.
 *
 * @param format     of this file
 * @param commit     number of the commit, from 1 on
 * @param next       number of the next segment; none is used twice
 * @param vocabulary terms that there may be
 * @param settings   with which lists are built
 * @param exactBelow documents below which a segment has postings instead
 * @param encoding   what turns texts into vectors, or null where the index was not told
 * @param segments   in the order of their documents
 */
record Manifest(int format, long commit, long next, int vocabulary, SeismicSettings settings, int exactBelow, Encoding encoding, List<Segment> segments) {

    static final String FILE = "manifest.json";

    private static final int FORMAT = 2;
    private static final long LONGEST = 1L << 26;
    private static final String BEFORE = "{\"crc32c\":\"";
    private static final String BETWEEN = "\",\n\"index\":";
    private static final String AFTER = "}\n";
    private static final int HEAD = BEFORE.length() + 8 + BETWEEN.length();

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /**
     * @param name      of its folder
     * @param documents with those that were deleted
     * @param entries   terms of all documents
     * @param deleted   of its documents
     * @param files     in its folder
     * @param deletions which documents were deleted, or null where none was
     */
    record Segment(String name, int documents, int entries, int deleted, List<StoredFile> files, StoredFile deletions) {

        Segment {
            Objects.requireNonNull(files);
            if (name == null || !name.matches("segment-\\d{1,18}") || documents < 1 || entries < 0 || deleted < 0 || deleted > documents || deleted > 0 == (deletions == null)) {
                throw new IllegalArgumentException("segment " + name + " claims " + documents + " documents, " + deleted + " of them deleted");
            }
        }

        int live() {
            return documents - deleted;
        }

        /** Whether it is searched exactly. */
        boolean exact() {
            return files.stream().anyMatch(f -> f.name().equals(SegmentWriter.POSTINGS));
        }

        /** Bytes of its files. */
        long bytes() {
            return files.stream().mapToLong(StoredFile::bytes).sum() + (deletions == null ? 0 : deletions.bytes());
        }
    }

    /** @param name of its folder */
    record Encoding(String name, List<StoredFile> files) {

        Encoding {
            Objects.requireNonNull(files);
            if (name == null || !name.matches("encoding-\\d{1,18}")) {
                throw new IllegalArgumentException("the encoding's folder is named " + name);
            }
        }
    }

    Manifest {
        Objects.requireNonNull(settings);
        Set<String> names = new HashSet<>();
        if (format != FORMAT) {
            throw new IllegalArgumentException("has format " + format + ", expected " + FORMAT);
        }
        if (commit < 0 || next < 0 || vocabulary < 1 || !segments.stream().allMatch(s -> names.add(s.name()))) {
            throw new IllegalArgumentException("claims commit " + commit + ", " + vocabulary + " terms and segments " + segments.stream().map(Segment::name).toList());
        }
        segments = List.copyOf(segments);
    }

    /** Nothing was committed yet. */
    static Manifest empty(int vocabulary, IndexSettings settings) {
        return new Manifest(FORMAT, 0, 1, vocabulary, settings.lists(), settings.exactBelow(), null, List.of());
    }

    Manifest following(long next, int vocabulary, Encoding encoding, List<Segment> segments) {
        return new Manifest(FORMAT, commit + 1, next, vocabulary, settings, exactBelow, encoding, segments);
    }

    /** Whether a folder holds an index. */
    static boolean in(Path folder) {
        return Files.isRegularFile(folder.resolve(FILE));
    }

    /** The state that was committed last. */
    static Manifest read(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            if (Files.size(file) > LONGEST) {
                throw new UserError(file + ": has " + Files.size(file) + " bytes, expected at most " + LONGEST + "; it is no manifest of an index");
            }
            return parse(file, Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new UserError(folder + ": holds no index (no " + FILE + " in it); expected a folder that filigree index wrote", e);
        } catch (IOException e) {
            throw StoredFile.unreadable(file, e);
        }
    }

    static Manifest parse(Path file, byte[] bytes) {
        int body = bytes.length - HEAD - AFTER.length();
        String head = new String(bytes, 0, Math.min(HEAD, bytes.length), StandardCharsets.ISO_8859_1);
        if (body < 0 || !head.matches(Pattern.quote(BEFORE) + "[0-9a-f]{8}" + Pattern.quote(BETWEEN))
                || !new String(bytes, HEAD + body, AFTER.length(), StandardCharsets.ISO_8859_1).equals(AFTER)) {
            throw damaged(file, "does not begin or end as a manifest does");
        }
        int expected = Integer.parseUnsignedInt(head.substring(BEFORE.length(), BEFORE.length() + 8), 16);
        int found = StoredFile.crc(MemorySegment.ofArray(bytes).asSlice(HEAD, body));
        if (found != expected) {
            throw damaged(file, String.format("has the checksum %08x, expected %08x", found, expected));
        }
        try {
            return MAPPER.readValue(bytes, HEAD, body, Manifest.class);
        } catch (JsonProcessingException e) {
            throw damaged(file, e.getOriginalMessage().lines().findFirst().orElse("is no JSON"));
        } catch (IOException | RuntimeException e) {
            throw damaged(file, String.valueOf(e.getMessage()));
        }
    }

    private static UserError damaged(Path file, String what) {
        return new UserError(file + ": " + what + "; the index is damaged: restore this file, or index the collection again");
    }

    /** The bytes of its file. */
    byte[] bytes() {
        try {
            byte[] body = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(this);
            String head = BEFORE + String.format("%08x", StoredFile.crc(MemorySegment.ofArray(body))) + BETWEEN;
            byte[] all = new byte[head.length() + body.length + AFTER.length()];
            System.arraycopy(head.getBytes(StandardCharsets.ISO_8859_1), 0, all, 0, head.length());
            System.arraycopy(body, 0, all, head.length(), body.length);
            System.arraycopy(AFTER.getBytes(StandardCharsets.ISO_8859_1), 0, all, head.length() + body.length, AFTER.length());
            return all;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes this the state that counts; everything it names is on the disk already. The folder must be forced then. */
    void write(Path folder) {
        AtomicFile.write(folder.resolve(FILE), bytes());
    }

    /** Where the encoding was saved, if it was; its files are what was written. */
    Optional<Path> encodingFolder(Path index) {
        return Optional.ofNullable(encoding).map(e -> {
            e.files().forEach(f -> f.verify(index.resolve(e.name())));
            return index.resolve(e.name());
        });
    }

    /** The files of a segment, and those of the encoding, that this state needs. */
    Set<String> needed() {
        Set<String> names = new HashSet<>();
        if (encoding != null) {
            names.add(encoding.name());
        }
        for (Segment s : segments) {
            names.add(s.name());
            if (s.deletions() != null) {
                names.add(s.name() + "/" + s.deletions().name());
            }
        }
        return names;
    }
}
