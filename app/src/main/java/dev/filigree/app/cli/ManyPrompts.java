package dev.filigree.app.cli;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.infer.Batcher;
import dev.filigree.infer.Generator;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Sampling;
import dev.filigree.report.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import picocli.CommandLine.Option;

/** Many prompts at once: what {@code generate --prompts} does. */
final class ManyPrompts {

    private static final long LONGEST = 64L << 20;

    @Option(names = "--prompts", paramLabel = "FILE", description = "Go on with each line of a file, several at once; with --json a line of JSON for each.")
    private Path file;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "16", description = "Texts of --prompts at once, 1 to 64 (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--cache-tokens", paramLabel = "N", defaultValue = "0",
            description = "Tokens that all texts at once may remember; who has no room waits (default: --batch times the context, at most 65536).")
    private int cacheTokens;

    @Option(names = "--chunk", paramLabel = "N", defaultValue = "64", description = "Tokens of prompts that are read between two tokens of the others (default: ${DEFAULT-VALUE}).")
    private int chunk;

    @Option(names = "--compare", description = "With --prompts: go on with each by itself too, and say how long both took.")
    private boolean compare;

    boolean asked() {
        return file != null;
    }

    void run(Filigree filigree, LanguageModel model, int tokens, Sampling sampling, List<String> stop) {
        List<Batcher.Request> requests = requests(tokens, sampling, stop, filigree.seed());
        int most = (int) Math.min(65_536, (long) batch * model.config().context());
        long begin = System.nanoTime();
        List<Generator.Outcome> all = new ArrayList<>();
        try (Batcher batcher = new Batcher(model, new Batcher.Limits(batch, cacheTokens == 0 ? most : cacheTokens, chunk))) {
            try {
                List<CompletableFuture<Generator.Outcome>> line = requests.stream().map(r -> batcher.submit(r, text -> { })).toList();
                for (int i = 0; i < line.size(); i++) {
                    all.add(line.get(i).join());
                    print(filigree, i, requests.get(i), all.get(i));
                }
            } catch (CompletionException e) {
                batcher.cancel();
                throw e.getCause() instanceof RuntimeException cause ? cause : e;
            } catch (RuntimeException e) {
                batcher.cancel();
                throw e;
            }
        }
        String together = speed(all, begin);
        filigree.console().err().println(String.format(Locale.ROOT, "%d texts, %s", all.size(), together));
        if (compare) {
            compare(filigree, model, requests, all);
        }
    }

    private static void compare(Filigree filigree, LanguageModel model, List<Batcher.Request> requests, List<Generator.Outcome> together) {
        long begin = System.nanoTime();
        List<Generator.Outcome> alone = requests.stream().map(r -> new Generator(model, r.sampling(), r.stop(), r.seed()).run(r.prompt(), r.most(), text -> { })).toList();
        String speed = speed(alone, begin);
        long same = IntStream.range(0, alone.size()).filter(i -> alone.get(i).text().equals(together.get(i).text())).count();
        filigree.console().err().println("one by one: " + speed + "; " + same + " of " + alone.size() + " texts are the same to the last character");
    }

    private static String speed(List<Generator.Outcome> all, long begin) {
        double seconds = (System.nanoTime() - begin) * 1e-9;
        long tokens = all.stream().mapToLong(Generator.Outcome::tokens).sum();
        long prompts = all.stream().mapToLong(Generator.Outcome::prompt).sum();
        return String.format(Locale.ROOT, "%d tokens of prompts and %d added in %.2f s: %.0f added a second", prompts, tokens, seconds, tokens / seconds);
    }

    private static void print(Filigree filigree, int i, Batcher.Request request, Generator.Outcome o) {
        if (filigree.json()) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("index", i);
            facts.put("prompt", request.prompt());
            facts.put("text", o.text());
            facts.put("prompt_tokens", o.prompt());
            facts.put("tokens", o.tokens());
            filigree.console().out().println(Json.line(facts));
        } else {
            filigree.console().out().println(request.prompt() + o.text());
            filigree.console().out().println();
        }
        filigree.console().out().flush();
    }

    /** One request a line; each line draws by a seed of its own. */
    private List<Batcher.Request> requests(int tokens, Sampling sampling, List<String> stop, long seed) {
        List<String> lines = text().lines().filter(l -> !l.isBlank()).toList();
        if (lines.isEmpty()) {
            throw new UserError(file + ": found no line with text, expected a prompt a line");
        }
        Rng rng = new Rng(seed).split("prompts");
        return lines.stream().map(l -> new Batcher.Request(l, tokens, sampling, stop, rng.nextLong())).toList();
    }

    private String text() {
        try {
            if (Files.size(file) > LONGEST) {
                throw new UserError(file + ": found " + Files.size(file) + " bytes, expected at most " + LONGEST + "; cut it");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(file))).toString();
        } catch (CharacterCodingException e) {
            throw new UserError(file + ": found bytes that are no UTF-8, expected a prompt a line");
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read; expected a prompt a line");
        }
    }
}
