package dev.filigree.app.data;

import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.io.AtomicFile;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.corpus.Corpus;
import dev.filigree.retrieve.corpus.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/** Sparse vectors in a file, one JSON object a line: {@code {"id": "d0", "vector": {"term": weight, ...}}}. */
public final class VectorLines {

    private static final int CHUNK = 500;
    private static final int CHUNKS = 16;

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
     * @param queries whether it holds queries, not documents
     * @param numbers the number of each term; terms that are new are added
     * @throws UserError with the line at which something else stands
     */
    public static List<SparseVector> read(Path file, boolean queries, Map<String, Integer> numbers) {
        List<SparseVector> vectors = new ArrayList<>();
        try (Corpus.Reader reader = (queries ? Corpus.queries(file) : Corpus.of(file)).read()) {
            for (Entry e = reader.next(); e != null; e = reader.next()) {
                if (e.vector() == null) {
                    throw new UserError(e.where() + ": found no vector, expected {\"id\": ..., \"vector\": {\"term\": weight, ...}}");
                }
                Map<Integer, Float> weights = new HashMap<>();
                e.vector().forEach((term, weight) -> {
                    Integer number = numbers.putIfAbsent(term, numbers.size());
                    weights.put(number == null ? numbers.size() - 1 : number, weight);
                });
                if (!weights.isEmpty()) {
                    vectors.add(SparseVector.of(weights));
                }
            }
        }
        return vectors;
    }
}
