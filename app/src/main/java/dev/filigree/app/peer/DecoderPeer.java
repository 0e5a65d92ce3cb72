package dev.filigree.app.peer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filigree.app.Registry;
import dev.filigree.base.UserError;
import dev.filigree.io.DecoderConfig;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Another engine that makes one token after the other, in a process of its own, which uses no processor time between rounds. */
public final class DecoderPeer implements AutoCloseable {

    /** Bindings of llama.cpp with the library inside, and what they need. */
    private static final List<String> LLAMA_CPP = List.of("de.kherud:llama:4.2.0", "org.jetbrains:annotations:24.1.0");

    /** Jlama, its native products, and what a model needs of what it depends on. */
    private static final List<String> JLAMA = List.of("com.github.tjake:jlama-core:0.8.4", "com.github.tjake:jlama-native:0.8.4:jar:%s", "com.google.guava:guava:32.0.1-jre",
            "com.google.guava:failureaccess:1.0.1", "org.jctools:jctools-core:4.0.1", "net.jafama:jafama:2.3.2", "org.slf4j:slf4j-api:2.0.17",
            "com.fasterxml.jackson.core:jackson-databind:2.15.2", "com.fasterxml.jackson.core:jackson-core:2.15.2", "com.fasterxml.jackson.core:jackson-annotations:2.15.2",
            "com.hubspot.jinjava:jinjava:2.7.2", "net.fellbaum:jemoji:1.4.1");

    private static final String LOOP = "PeerLoop.java";
    /** Tokens of a text of llama.cpp: its prompt takes the place of one. */
    private static final int TEXT = 24;
    private static final int PREPARE_SECONDS = 300;
    private static final int GRACE_SECONDS = 120;

    private final SourceProcess process;
    private final int tokens;
    private final int id;

    /** @param tokens that a call makes */
    private DecoderPeer(SourceProcess process, int tokens) throws PeerFailure {
        this.process = process;
        this.tokens = tokens;
        try {
            this.id = process.ask("prepare\tdecode", PREPARE_SECONDS).path("id").asInt();
        } catch (PeerFailure e) {
            process.close();
            throw e;
        }
    }

    /** llama.cpp with a GGUF file. */
    public static DecoderPeer llamaCpp(Path gguf, int threads, int context) throws PeerFailure {
        return new DecoderPeer(start(List.of("LlamaCppPeer.java", LOOP), LLAMA_CPP, List.of(), List.of(gguf.toString(), Integer.toString(threads), Integer.toString(context), Integer.toString(TEXT))), TEXT);
    }

    /** Jlama with random weights of a shape, in 4 bits: in 8 it has no products. */
    public static DecoderPeer jlama(DecoderConfig c, int threads) throws PeerFailure {
        return new DecoderPeer(start(List.of("JlamaPeer.java", LOOP), JLAMA, List.of("--add-modules", "jdk.incubator.vector", "--enable-preview", "--source", Integer.toString(Runtime.version().feature())),
                List.of(threads, c.context(), c.hidden(), c.inner(), c.heads(), c.keyHeads(), c.layers(), c.vocab()).stream().map(String::valueOf).toList()), 1);
    }

    private static SourceProcess start(List<String> sources, List<String> jars, List<String> more, List<String> arguments) throws PeerFailure {
        try {
            String path = String.join(File.pathSeparator, jars.stream().map(j -> Registry.jar(j.formatted(NativeLibrary.platform())).toString()).toList());
            List<String> options = new ArrayList<>(List.of("-cp", path));
            options.addAll(more);
            return SourceProcess.start(sources, options, Map.of(), arguments);
        } catch (UserError e) {
            throw new PeerFailure(e.getMessage(), e);
        }
    }

    /** Makes tokens for at least so many seconds; the seconds of one. */
    public double round(double seconds) throws PeerFailure {
        JsonNode answer = process.ask("round\t" + id + "\t" + seconds, (int) Math.ceil(seconds) + GRACE_SECONDS);
        return answer.path("seconds").asDouble() / (answer.path("calls").asDouble() * tokens);
    }

    /**
     * A text as the other engine goes on with it.
     *
     * @param prompt ids of its tokens, without the one that begins every text
     * @param pieces text of each token that follows
     */
    public record Text(int[] prompt, List<String> pieces) {
    }

    /** Greedy, and on beyond the end of a text; for llama.cpp. */
    public Text text(String prompt, int count) throws PeerFailure {
        JsonNode answer = process.ask("tell\t" + Base64.getEncoder().encodeToString(prompt.getBytes(StandardCharsets.UTF_8)) + "\t" + count, GRACE_SECONDS);
        List<String> pieces = new ArrayList<>();
        answer.path("pieces").forEach(p -> pieces.add(new String(Base64.getDecoder().decode(p.asText()), StandardCharsets.UTF_8)));
        int[] ids = new int[answer.path("prompt").size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = answer.path("prompt").get(i).asInt();
        }
        return new Text(ids, pieces);
    }

    @Override
    public void close() {
        process.close();
    }
}
