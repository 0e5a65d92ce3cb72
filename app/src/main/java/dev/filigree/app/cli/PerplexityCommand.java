package dev.filigree.app.cli;

import dev.filigree.app.KnownMaskedModel;
import dev.filigree.base.UserError;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.MaskedLanguageModel;
import dev.filigree.infer.MaskedLoss;
import dev.filigree.infer.Perplexity;
import dev.filigree.infer.Precision;
import dev.filigree.infer.policy.ActivationRatio;
import dev.filigree.infer.policy.Calibration;
import dev.filigree.infer.policy.Told;
import dev.filigree.io.text.PlainText;
import dev.filigree.ops.KeyValues;
import dev.filigree.report.Json;
import dev.filigree.report.Progress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code filigree perplexity}: how well a model foresees a text. */
@Command(name = "perplexity", description = "Judge how well a language model foresees a text.",
        footer = {"", "The text is read in windows, each begun anew; of a window only tokens count that none before it judged.",
            "With --masked each line is a text: all hidden tokens become [MASK], drawn by --seed, one a line at least; a line is cut to the model's longest.",
            "", "Examples:", "  filigree perplexity bert-base lines.txt --masked", "  filigree perplexity stories260k story.txt --window 256 --stride 128", "  filigree perplexity stories260k story.txt --policy wina:50%%"})
final class PerplexityCommand implements Runnable {

    /** What BERT was trained to find. */
    private static final double HIDDEN = 0.15;

    /** Tokens of a sequence for the activation ratio. */
    private static final int WINDOW = 256;
    private static final int TOKENS = 4096;

    @ParentCommand
    private Filigree filigree;

    @Parameters(index = "0", paramLabel = "MODEL", description = "As for generate.")
    private String name;

    @Parameters(index = "1", paramLabel = "FILE", description = "A text in UTF-8.")
    private Path file;

    @Option(names = "--window", paramLabel = "N", defaultValue = "0", description = "Tokens of a window (default: the model's context).")
    private int window;

    @Option(names = "--stride", paramLabel = "N", defaultValue = "0", description = "Tokens from one window to the next (default: half a window).")
    private int stride;

    @Option(names = "--cache", paramLabel = "TYPE", description = "How keys and values are held: fp32 or fp16 (default: fp32).")
    private String cache;

    @Option(names = "--weights", paramLabel = "BITS", description = "How weights are held: fp32, bf16 or int8 (default: as they are packed, else fp32).")
    private String weights;

    @Option(names = "--activation-ratio", paramLabel = "RISE",
            description = "Find how many hidden units the feed-forward nets need, if perplexity may rise by so much: 1%% (PPL-1%% sparsity).")
    private String rise;

    @Option(names = "--activation-tokens", paramLabel = "N", description = "Tokens of the text that this looks at (default: 4096).")
    private Integer riseTokens;

    @Option(names = "--masked", description = "Hide 15 %% of the tokens of each line and judge how well a model that was trained so finds them: bert-base.")
    private boolean masked;

    @Mixin
    private UnderPolicy under;

    @Override
    public void run() {
        KeyValues.Type type = cache == null ? KeyValues.Type.FP32 : KeyValues.Type.of(cache);
        String text = PlainText.read(file);
        if (text.isEmpty()) {
            throw new UserError(file + ": found nothing in it, expected at least a character");
        }
        if (masked) {
            String found = window != 0 ? "--window" : stride != 0 ? "--stride" : weights != null ? "--weights" : cache != null ? "--cache" : rise != null ? "--activation-ratio"
                    : riseTokens != null ? "--activation-tokens" : under.given();
            if (found != null) {
                throw new UserError(found + ": found it beside --masked, expected a model that reads from left to right; leave one of both out");
            }
            masked(text);
            return;
        }
        double risen = rise == null ? 0 : share(rise);
        if (rise != null && under.asked()) {
            throw new UserError("--activation-ratio: found --policy beside it, which leaves out inputs itself; give one of both");
        }
        if (riseTokens != null && rise == null) {
            throw new UserError("--activation-tokens: found it without --activation-ratio, which would use it; leave it out or give one");
        }
        if (riseTokens != null && riseTokens < 2) {
            throw new UserError("--activation-tokens: found " + riseTokens + ", expected at least 2");
        }
        try (LanguageModel model = under.open(name, weights == null ? null : Precision.of(weights), filigree).with(type)) {
            if (rise != null) {
                activationRatio(model, text, risen);
                return;
            }
            Perplexity judge = Perplexity.with(model.config(), window, stride);
            Perplexity.Outcome o;
            try (Progress.Stage stage = filigree.progress().stage("judge", model.pieces().ids(text).length)) {
                o = judge.of(model, text, stage::add);
            }
            if (filigree.json()) {
                Map<String, Object> all = new LinkedHashMap<>();
                all.put("model", name);
                all.put("weight_layouts", model.layouts());
                all.put("file", file.toString());
                all.put("loss", o.loss());
                all.put("perplexity", o.perplexity());
                all.put("bits_per_byte", o.bitsPerByte());
                all.put("tokens", o.tokens());
                all.put("bytes", o.bytes());
                all.put("windows", o.windows());
                all.put("window", judge.window());
                all.put("stride", judge.stride());
                o.spent().ifPresent(s -> all.putAll(UnderPolicy.facts(model, s)));
                filigree.console().out().print(Json.pretty(all));
                return;
            }
            filigree.console().out().println(String.format(Locale.ROOT, "loss %.4f, perplexity %.4f, %.4f bits a byte; %,d tokens of %,d bytes in %,d windows of %d, stride %d",
                    o.loss(), o.perplexity(), o.bitsPerByte(), o.tokens(), o.bytes(), o.windows(), judge.window(), judge.stride()));
            o.spent().ifPresent(s -> filigree.console().out().println(UnderPolicy.line(model, s)));
        }
    }

    private void masked(String text) {
        try (MaskedLanguageModel model = KnownMaskedModel.open(name, filigree.threads())) {
            List<int[]> lines = text.lines().filter(l -> !l.isBlank()).map(model::ids).toList();
            MaskedLoss.Outcome o;
            try (Progress.Stage stage = filigree.progress().stage("judge", lines.size())) {
                o = MaskedLoss.Outcome.of(model.judge().each(lines, HIDDEN, filigree.seed(), stage::add));
            }
            if (filigree.json()) {
                Map<String, Object> all = new LinkedHashMap<>();
                all.put("model", name);
                all.put("file", file.toString());
                all.put("masked_loss", o.loss());
                all.put("found", o.found());
                all.put("hidden_tokens", o.hidden());
                all.put("tokens", o.tokens());
                all.put("seed", filigree.seed());
                filigree.console().out().print(Json.pretty(all));
                return;
            }
            filigree.console().out().println(String.format(Locale.ROOT, "masked loss %.4f, perplexity %.4f, %.1f %% found; %,d of %,d tokens hidden",
                    o.loss(), Math.exp(o.loss()), 100 * o.found(), o.hidden(), o.tokens()));
        }
    }

    private void activationRatio(LanguageModel model, String text, double risen) {
        ActivationRatio found;
        try (Progress.Stage stage = filigree.progress().stage("activation ratio", model.config().layers())) {
            found = ActivationRatio.of(Calibration.of(model, Told.of(model, text, riseTokens == null ? TOKENS : riseTokens, WINDOW), stage::add), risen);
        }
        if (filigree.json()) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("model", name);
            all.put("file", file.toString());
            all.put("activation_ratio", found.ratio());
            all.put("cett", found.cett());
            all.put("perplexity", found.perplexity());
            all.put("perplexity_reached", found.reached());
            filigree.console().out().print(Json.pretty(all));
            return;
        }
        filigree.console().out().println(String.format(Locale.ROOT, "%.1f %% of hidden units are on at a CETT of %.3f; perplexity %.4f of %.4f", 100 * found.ratio(), found.cett(),
                found.reached(), found.perplexity()));
    }

    private static double share(String text) {
        try {
            return text.endsWith("%") ? Double.parseDouble(text.substring(0, text.length() - 1)) / 100 : Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new UserError("--activation-ratio: found " + text + ", expected a share by which perplexity may rise such as 1%");
        }
    }
}
