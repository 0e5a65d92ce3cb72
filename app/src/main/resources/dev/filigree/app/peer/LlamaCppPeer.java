import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.LlamaOutput;
import de.kherud.llama.ModelParameters;
import java.io.IOException;
import java.io.PrintStream;

/**
 * llama.cpp as a peer in a process of its own: one call of {@code decode} is a text of TOKENS, greedy, from a prompt of some bytes to its end, for
 * the library goes on in threads of its own as long as a text has not ended.
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

    private void text() {
        int made = 0;
        for (LlamaOutput piece : model.generate(new InferenceParameters("a").setNPredict(tokens).setTemperature(0).setIgnoreEos(true).setCachePrompt(false))) {
            made++;
        }
        if (made < tokens) {
            throw new IllegalStateException("made " + made + " tokens of " + tokens);
        }
    }

    @Override
    public void drop() {
        model.close();
    }
}
