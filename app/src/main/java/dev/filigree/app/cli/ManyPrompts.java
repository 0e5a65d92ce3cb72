package dev.filigree.app.cli;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.infer.Batcher;
import dev.filigree.infer.Generator;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Sampling;
import dev.filigree.io.text.PlainText;
import dev.filigree.report.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import picocli.CommandLine.Option;

/** Many prompts at once: what {@code generate --prompts} does. */
final class ManyPrompts {

    private static final int TEXTS = 16;
    private static final int CHUNK = 64;

    @Option(names = "--prompts", paramLabel = "FILE", description = "Go on with each line of a file, several at once; with --json a line of JSON for each.")
    private Path file;

    @Option(names = "--batch", paramLabel = "N", description = "Texts of --prompts at once, 1 to 64 (default: 16).")
    private Integer given;

    @Option(names = "--cache-tokens", paramLabel = "N",
            description = "Tokens that all texts at once may remember; who has no room waits (default: --batch times the context, at most 65536).")
    private Integer cacheTokens;

    @Option(names = "--chunk", paramLabel = "N", description = "Tokens of prompts that are read between two tokens of the others (default: 64).")
    private Integer chunk;

    @Option(names = "--compare", description = "With --prompts: go on with each by itself too, both twice, and say how fast each was at its best.")
    private boolean compare;

    boolean asked() {
        return file != null;
    }

    /** What only many prompts use is refused without them. */
    void check() {
        String found = file != null ? null : compare ? "--compare" : given != null ? "--batch" : cacheTokens != null ? "--cache-tokens" : chunk != null ? "--chunk" : null;
        if (found != null) {
            throw new UserError(found + ": found it without --prompts, expected a file of prompts; leave it out or give one");
        }
    }

    void run(Filigree filigree, LanguageModel model, int tokens, Sampling sampling, List<String> stop) {
        List<Batcher.Request> requests = requests(tokens, sampling, stop, filigree.seed());
        List<Generator.Outcome> all = new ArrayList<>();
        double together = seconds(() -> all.addAll(together(model, requests, (i, o) -> print(filigree, i, requests.get(i), o))));
        if (!compare) {
            filigree.console().err().println(all.size() + " texts, " + speed(all, together));
            return;
        }
        List<Generator.Outcome> alone = new ArrayList<>();
        double apart = seconds(() -> alone.addAll(alone(model, requests)));
        together = Math.min(together, seconds(() -> together(model, requests, (i, o) -> { }))); // once more each: the first time pays for compiling
        apart = Math.min(apart, seconds(() -> alone(model, requests)));
        long same = IntStream.range(0, all.size()).filter(i -> alone.get(i).text().equals(all.get(i).text())).count();
        filigree.console().err().println(all.size() + " texts, " + speed(all, together));
        filigree.console().err().println("one by one: " + speed(alone, apart) + "; " + same + " of " + all.size() + " texts are the same to the last character");
    }

    private List<Generator.Outcome> together(LanguageModel model, List<Batcher.Request> requests, BiConsumer<Integer, Generator.Outcome> done) {
        int batch = given == null ? TEXTS : given;
        int most = (int) Math.min(65_536, (long) batch * model.config().context());
        List<Generator.Outcome> all = new ArrayList<>();
        try (Batcher batcher = new Batcher(model, new Batcher.Limits(batch, cacheTokens == null ? most : cacheTokens, chunk == null ? CHUNK : chunk))) {
            try {
                List<CompletableFuture<Generator.Outcome>> line = requests.stream().map(r -> batcher.submit(r, text -> { })).toList();
                for (int i = 0; i < line.size(); i++) {
                    all.add(line.get(i).join());
                    done.accept(i, all.get(i));
                }
                return all;
            } catch (RuntimeException e) {
                batcher.cancel();
                throw e instanceof CompletionException && e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        }
    }

    private static List<Generator.Outcome> alone(LanguageModel model, List<Batcher.Request> requests) {
        return requests.stream().map(r -> new Generator(model, r.sampling(), r.stop(), r.seed()).run(r.prompt(), r.most(), text -> { })).toList();
    }

    private static double seconds(Runnable work) {
        long begin = System.nanoTime();
        work.run();
        return (System.nanoTime() - begin) * 1e-9;
    }

    private static String speed(List<Generator.Outcome> all, double seconds) {
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
        List<String> lines = PlainText.read(file).lines().filter(l -> !l.isBlank()).toList();
        if (lines.isEmpty()) {
            throw new UserError(file + ": found no line with text, expected a prompt a line");
        }
        Rng rng = new Rng(seed).split("prompts");
        return lines.stream().map(l -> new Batcher.Request(l, tokens, sampling, stop, rng.nextLong())).toList();
    }
}
