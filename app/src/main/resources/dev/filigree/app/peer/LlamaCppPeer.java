import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.LlamaOutput;
import de.kherud.llama.ModelParameters;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * llama.cpp as a peer in a process of its own: one call of {@code decode} is a text of TOKENS, greedy, from a prompt of some bytes to its end, for
 * the library goes on in threads of its own as long as a text has not ended. {@code tell PROMPT TOKENS} gives the tokens of a prompt and the pieces of the text
 * that follows, both texts in base 64.
 *
 * <pre>java -cp llama.jar:annotations.jar LlamaCppPeer.java MODEL.gguf THREADS CONTEXT TOKENS</pre>
 */
public final class LlamaCppPeer implements PeerLoop.Library {

    private final LlamaModel model;
    private final int tokens;

    private LlamaCppPeer(String[] args) {
        PrintStream answers = System.out;
        System.setOut(System.err); // what it says while it loads must not come between answers
        try {
            tokens = Integer.parseInt(args[3]);
            int threads = Integer.parseInt(args[1]);
            model = new LlamaModel(new ModelParameters().setModel(args[0]).setThreads(threads).setThreadsBatch(threads).setCtxSize(Integer.parseInt(args[2])).disableLog());
        } finally {
            System.setOut(answers);
        }
    }

    public static void main(String[] args) throws IOException {
        PeerLoop.run(() -> new LlamaCppPeer(args));
    }

    @Override
    public PeerLoop.Operation prepare(String[] words) {
        return new PeerLoop.Operation(this::text, () -> new float[0]);
    }

    @Override
    public String tell(String[] words) {
        String prompt = new String(Base64.getDecoder().decode(words[0]), StandardCharsets.UTF_8);
        List<String> quoted = text(prompt, Integer.parseInt(words[1])).stream().map(p -> '"' + Base64.getEncoder().encodeToString(p.getBytes(StandardCharsets.UTF_8)) + '"').toList();
        return "{\"prompt\": " + Arrays.toString(model.encode(prompt)) + ", \"pieces\": " + quoted + "}";
    }

    private void text() {
        int made = text("a", tokens).size();
        if (made < tokens) {
            throw new IllegalStateException("made " + made + " tokens of " + tokens);
        }
    }

    private List<String> text(String prompt, int count) {
        List<String> pieces = new ArrayList<>();
        for (LlamaOutput piece : model.generate(new InferenceParameters(prompt).setNPredict(count).setTemperature(0).setIgnoreEos(true).setCachePrompt(false))) {
            pieces.add(piece.text);
        }
        return pieces.subList(0, Math.min(count, pieces.size())); // behind the last token comes what only says that it was the last
    }

    @Override
    public void drop() {
        model.close();
    }
}
