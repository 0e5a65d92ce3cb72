package dev.filigree.app.cli;

import dev.filigree.base.UserError;
import dev.filigree.infer.Corrector;
import dev.filigree.infer.Generator;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Precision;
import dev.filigree.infer.Sampling;
import dev.filigree.ops.KeyValues;
import dev.filigree.report.Json;
import dev.filigree.report.Units;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code filigree generate}: goes on with a text. */
@Command(name = "generate", description = "Go on with a text, token by token.",
        footer = {"", "What it took is printed to standard error. Under a policy the prompt is read whole, and tokens after it are computed under it.", "", "Examples:", "  filigree generate stories260k -p \"Once upon a time\"",
            "  filigree generate stories260k -p \"The dog\" -n 50 --temperature 0.8 --top-p 0.9 --seed 7",
            "  filigree generate stories260k -p \"The dog\" --policy teal:50%%",
            "  filigree generate stories260k -p \"The dog\" --policy teal:50%% --correct", "  filigree generate stories260k --prompts prompts.txt -n 100 --json"})
final class Generate implements Runnable {

    @ParentCommand
    private Filigree filigree;

    @Parameters(index = "0", paramLabel = "MODEL", description = "stories260k, which comes with Filigree, a GGUF file, a folder in Hugging Face layout, a llama2.c checkpoint, or a folder with one.")
    private String name;

    @Option(names = {"-p", "--prompt"}, paramLabel = "TEXT", defaultValue = "", description = "What to go on with (default: nothing).")
    private String prompt;

    @Option(names = {"-n", "--tokens"}, paramLabel = "N", defaultValue = "200", description = "Most tokens to add (default: ${DEFAULT-VALUE}).")
    private int tokens;

    @Option(names = "--temperature", paramLabel = "T", defaultValue = "0", description = "What scores are divided by before a token is drawn; 0 takes the likeliest (default: ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(names = "--top-k", paramLabel = "K", defaultValue = "0", description = "Draw from so many of the likeliest; 0 for all (default: ${DEFAULT-VALUE}).")
    private int topK;

    @Option(names = "--top-p", paramLabel = "P", defaultValue = "1", description = "Draw from the likeliest that together are so likely (default: ${DEFAULT-VALUE}).")
    private double topP;

    @Option(names = "--repetition", paramLabel = "R", defaultValue = "1", description = "Penalty for tokens that occurred; 1 for none (default: ${DEFAULT-VALUE}).")
    private double repetition;

    @Option(names = "--cache", paramLabel = "TYPE", defaultValue = "fp32", description = "How keys and values are held: fp32 or fp16 (default: ${DEFAULT-VALUE}).")
    private String cache;

    @Option(names = "--stop", paramLabel = "TEXT", description = "End where this text comes; may be given again.")
    private List<String> stop = List.of();

    @Option(names = "--weights", paramLabel = "BITS", description = "How weights are held: fp32, bf16 or int8 (default: as they are packed, else fp32).")
    private String weights;

    @Option(names = "--correct", paramLabel = "RULE", arity = "0..1", fallbackValue = "sirius",
            description = "Let the whole model read what the policy drafted, block by block: sirius keeps what it finds likely enough, exact what it would have said (default: ${FALLBACK-VALUE}).")
    private String correct;

    @Mixin
    private ManyPrompts many;

    @Mixin
    private UnderPolicy under;

    @Override
    public void run() {
        Sampling sampling = new Sampling(temperature, topK, topP, repetition);
        KeyValues.Type type = KeyValues.Type.of(cache);
        Corrector.Rule rule = correct == null ? null : Corrector.Rule.of(correct);
        if (rule != null && many.asked()) {
            throw new UserError("--correct: found it with --prompts, expected one text; leave one of both out");
        }
        if (!prompt.isEmpty() && many.asked()) {
            throw new UserError("--prompt: found it with --prompts, expected one of both; add it to the file as a line");
        }
        many.check();
        try (LanguageModel model = under.open(name, weights == null ? null : Precision.of(weights), filigree).with(type)) {
            if (many.asked()) {
                many.run(filigree, model, tokens, sampling, stop);
                return;
            }
            if (rule != null) {
                corrected(model, rule, sampling);
                return;
            }
            Generator generator = new Generator(model, sampling, stop, filigree.seed());
            if (filigree.json()) {
                Generator.Outcome o = generator.run(prompt, tokens, text -> { });
                filigree.console().out().print(Json.pretty(facts(model, o)));
                return;
            }
            Told told = new Told();
            Generator.Outcome o = generator.run(prompt, tokens, told);
            told.end();
            filigree.console().err().println(speed(model, o));
            o.spent().ifPresent(s -> filigree.console().err().println(UnderPolicy.line(model, s)));
        }
    }

    private void corrected(LanguageModel model, Corrector.Rule rule, Sampling sampling) {
        Corrector corrector = new Corrector(model, rule, Corrector.BLOCK, sampling, stop, filigree.seed());
        Told told = new Told();
        Corrector.Outcome o = corrector.run(prompt, tokens, filigree.json() ? text -> { } : told);
        if (filigree.json()) {
            Map<String, Object> all = facts(model, o.text());
            all.put("accepted_length", o.accepted());
            all.put("effective_density", o.density());
            filigree.console().out().print(Json.pretty(all));
            return;
        }
        told.end();
        filigree.console().err().println(speed(model, o.text()));
        filigree.console().err().println(String.format(Locale.ROOT, "corrected: %.1f tokens of a block of %d stay, effective density %.2f", o.accepted(), Corrector.BLOCK, o.density()));
        o.text().spent().ifPresent(s -> filigree.console().err().println(UnderPolicy.line(model, s)));
    }

    private static String speed(LanguageModel model, Generator.Outcome o) {
        return String.format(Locale.ROOT, "%d tokens of prompt at %.0f a second, %d added%s; %s of weights read for each, %s of keys and values",
                o.prompt(), o.promptSpeed(), o.tokens(), Double.isNaN(o.speed()) ? "" : String.format(Locale.ROOT, " at %.0f a second", o.speed()),
                Units.bytes(model.bytesRead()), Units.bytes(o.memory()));
    }

    private Map<String, Object> facts(LanguageModel model, Generator.Outcome o) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("model", name);
        all.put("weight_layouts", model.layouts());
        all.put("prompt", prompt);
        all.put("text", o.text());
        all.put("prompt_tokens", o.prompt());
        all.put("prompt_tokens_per_second", o.promptSpeed());
        all.put("tokens", o.tokens());
        all.put("tokens_per_second", Double.isNaN(o.speed()) ? null : (Double) o.speed());
        all.put("weight_bytes", model.bytes());
        all.put("weight_bytes_read_per_token", model.bytesRead());
        all.put("key_value_bytes", o.memory());
        o.spent().ifPresent(s -> all.putAll(UnderPolicy.facts(model, s)));
        return all;
    }

    /** Prints the prompt before the first text that comes, so that a fault in what was asked for is a line of its own. */
    private final class Told implements Consumer<String> {

        private boolean begun;

        @Override
        public void accept(String text) {
            filigree.console().out().print(begun ? text : prompt + text);
            filigree.console().out().flush();
            begun = true;
        }

        void end() {
            accept(System.lineSeparator());
        }
    }
}
