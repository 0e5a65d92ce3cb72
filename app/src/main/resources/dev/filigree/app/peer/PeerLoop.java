import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * How a peer that computes single operations is driven: one command on each line of standard input, words separated by
 * tabs, answered by one line of JSON, {"error": "..."} when it failed. Nothing runs between commands.
 *
 * <pre>
 * prepare KIND ...     makes operands and computes once -> {"id": n}; the library says which kinds there are
 * samples ID           a few of its outputs -> {"samples": [..]}
 * round ID SECONDS     calls until SECONDS have passed -> {"calls": n, "seconds": s}
 * tell ...             whatever else a library can be asked, in its own words
 * drop                 frees all operands -> {}
 * </pre>
 */
final class PeerLoop {

    /** A call, and its sampled outputs. */
    record Operation(Runnable call, Supplier<float[]> samples) {
    }

    /** What a peer can do. */
    interface Library {
        /** @param words from the kind on */
        Operation prepare(String[] words);

        /**
         * Anything but numbers of an operation.
         *
         * @return a line of JSON
         */
        default String tell(String[] words) {
            throw new IllegalArgumentException("nothing can be told");
        }

        void drop();
    }

    /** Loads a library, which may fail in any way. */
    interface Loading {
        Library load() throws Exception;
    }

    private final Library library;
    private final List<Operation> operations = new ArrayList<>();

    private PeerLoop(Library library) {
        this.library = library;
    }

    static void run(Loading loading) throws IOException {
        PeerLoop loop;
        try {
            loop = new PeerLoop(loading.load());
        } catch (Exception | LinkageError e) {
            System.out.println(error(e));
            return;
        }
        System.out.println("{\"ready\": true}");
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            System.out.println(loop.answer(line.split("\t")));
        }
    }

    private String answer(String[] words) {
        try {
            return switch (words[0]) {
                case "prepare" -> prepare(java.util.Arrays.copyOfRange(words, 1, words.length));
                case "samples" -> samples(operations.get(Integer.parseInt(words[1])));
                case "round" -> round(operations.get(Integer.parseInt(words[1])), Double.parseDouble(words[2]));
                case "tell" -> library.tell(java.util.Arrays.copyOfRange(words, 1, words.length));
                case "drop" -> drop();
                default -> throw new IllegalArgumentException("unknown command " + words[0]);
            };
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            return error(e);
        }
    }

    private String prepare(String[] words) {
        Operation o = library.prepare(words);
        o.call.run();
        operations.add(o);
        return "{\"id\": " + (operations.size() - 1) + "}";
    }

    private static String samples(Operation o) {
        StringBuilder out = new StringBuilder("{\"samples\": [");
        float[] values = o.samples.get();
        for (int i = 0; i < values.length; i++) {
            out.append(i == 0 ? "" : ", ").append(Float.isFinite(values[i]) ? Float.toString(values[i]) : "null");
        }
        return out.append("]}").toString();
    }

    private static String round(Operation o, double atLeast) {
        long calls = 0;
        long start = System.nanoTime();
        double seconds;
        do {
            o.call.run();
            calls++;
            seconds = (System.nanoTime() - start) * 1e-9;
        } while (seconds < atLeast);
        return "{\"calls\": " + calls + ", \"seconds\": " + seconds + "}";
    }

    private String drop() {
        operations.clear();
        library.drop();
        return "{}";
    }

    private static String error(Throwable e) {
        String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        String text = (e.getClass().getSimpleName() + ": " + line).replaceAll("[\\p{Cntrl}]", " ").replace("\\", "\\\\").replace("\"", "\\\"");
        return "{\"error\": \"" + text + "\"}";
    }
}
