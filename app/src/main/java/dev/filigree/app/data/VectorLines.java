package dev.filigree.app.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import dev.filigree.retrieve.SparseVector;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/** Sparse vectors in a file, one JSON object a line: {@code {"id": "d0", "vector": {"term": weight, ...}}}. */
public final class VectorLines {

    private static final int CHUNK = 500;
    private static final int CHUNKS = 16;
    private static final ObjectMapper JSON = new ObjectMapper();

    private VectorLines() {
    }

    /**
     * Writes vectors as they are made, in bounded memory; weights are rounded to four decimals.
     *
     * @param prefix  before the number of a vector in its id
     * @param count   vectors to write
     * @param vectors makes one from its number; asked by several threads at once
     * @param done    told how many more were written
     */
    public static void write(Path file, String prefix, long count, LongFunction<SparseVector> vectors, Parallel parallel, LongConsumer done) {
        AtomicFile.write(file, out -> {
            for (long from = 0; from < count; from += (long) CHUNK * CHUNKS) {
                ByteBuffer[] texts = new ByteBuffer[CHUNKS];
                long begin = from;
                parallel.run(CHUNKS, c -> {
                    StringBuilder text = new StringBuilder();
                    long end = Math.min(count, begin + (c + 1L) * CHUNK);
                    for (long i = begin + (long) c * CHUNK; i < end; i++) {
                        line(text, prefix + i, vectors.apply(i));
                    }
                    texts[c] = StandardCharsets.US_ASCII.encode(text.toString());
                });
                for (ByteBuffer text : texts) {
                    writeAll(out, text);
                }
                done.accept(Math.min(count - from, (long) CHUNK * CHUNKS));
            }
        });
    }

    private static void writeAll(FileChannel out, ByteBuffer text) throws IOException {
        while (text.hasRemaining()) {
            out.write(text);
        }
    }

    private static void line(StringBuilder out, String id, SparseVector v) {
        out.append("{\"id\": \"").append(id).append("\", \"vector\": {");
        for (int i = 0; i < v.size(); i++) {
            long tenThousandths = Math.max(1, Math.round(1e4 * v.weights()[i]));
            String digits = String.valueOf(tenThousandths % 10_000 + 10_000);
            out.append(i == 0 ? "\"" : ", \"").append(v.terms()[i]).append("\": ").append(tenThousandths / 10_000).append('.').append(digits, 1, 5);
        }
        out.append("}}\n");
    }

    /**
     * Reads all vectors of a file; those without terms are left out.
     *
     * @param numbers the number of each term; terms that are new are added
     * @throws UserError with the line at which something else stands
     */
    public static List<SparseVector> read(Path file, Map<String, Integer> numbers) {
        List<SparseVector> vectors = new ArrayList<>();
        int number = 0;
        try (BufferedReader in = Files.newBufferedReader(file)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                number++;
                if (!line.isBlank()) {
                    SparseVector v = vector(file + ": line " + number, line, numbers);
                    if (v.size() > 0) {
                        vectors.add(v);
                    }
                }
            }
        } catch (CharacterCodingException e) {
            throw new UserError(file + ": line " + (number + 1) + " or later is not UTF-8");
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + (e instanceof NoSuchFileException ? "no such file" : e.getMessage()), e);
        }
        return vectors;
    }

    private static SparseVector vector(String where, String line, Map<String, Integer> numbers) {
        JsonNode vector;
        try {
            vector = JSON.readTree(line).path("vector");
        } catch (JsonProcessingException e) {
            throw new UserError(where + ": found no JSON object, expected {\"id\": ..., \"vector\": {\"term\": weight, ...}}");
        }
        if (!vector.isObject()) {
            throw new UserError(where + ": found no \"vector\", expected {\"id\": ..., \"vector\": {\"term\": weight, ...}}");
        }
        Map<Integer, Float> weights = new TreeMap<>();
        vector.properties().forEach(e -> {
            float w = e.getValue().isNumber() ? e.getValue().floatValue() : Float.NaN;
            if (!(w >= 0) || w == Float.POSITIVE_INFINITY) {
                throw new UserError(String.format(Locale.ROOT, "%s: found %s for the term %s, expected a finite weight of at least 0", where, e.getValue(), e.getKey()));
            }
            weights.put(numbers.computeIfAbsent(e.getKey(), t -> numbers.size()), w);
        });
        return SparseVector.of(weights);
    }
}
