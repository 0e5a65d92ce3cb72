package dev.filigree.app.decode;

import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What {@code bench decode} found.
 *
 * @param zero   share of inputs that were zero where half were to be, by bits
 * @param absent who could not be measured, and why
 */
public record DecodeReport(DecodeRun run, List<Speed> speeds, List<PromptSpeed> prompts, Map<String, Double> zero, Map<String, String> absent) {

    private static final double OF_LIMIT = 0.9;
    private static final double SKIPPING = 1.5;
    private static final double BLOCKS = 3.3;
    private static final double OF_PEAK = 0.9;

    /** One figure to reach, where it was measured. */
    private record Figure(String what, int threads, double aim, double reached) {
    }

    /** Tables for a person. */
    public List<Table> tables() {
        Table t = new Table("One token after the other, batch 1: " + shape(), Column.text("weights"), Column.text("what runs"), Column.count("threads"), Column.number("tokens/s", 2),
                Column.percent("spread", 0), Column.bytes("read"), Column.number("GB/s", 1), Column.number("limit tokens/s", 2), Column.percent("of limit", 0),
                Column.ratio("over dense"), Column.ratio("over fp32"));
        for (Speed s : speeds) {
            boolean known = s.reads().length > 0;
            t.row(s.weights(), s.name(), s.threads(), s.tokens(), s.spread(), known ? s.bytes() : null, known ? s.bytes() * s.tokens() / 1e9 : null, known ? s.tokens() / s.share() : null,
                    known ? s.share() : null, dense(s, of(s)).map(s::over).orElse(null), dense(s, "fp32").map(d -> d.median() / s.median()).orElse(null));
        }
        Table p = new Table("A prompt of " + run.prompt() + " tokens, dense", Column.text("weights"), Column.count("threads"), Column.number("tokens/s", 1), Column.number("GFLOP/s", 0),
                Column.percent("of our dense product", 0));
        prompts.forEach(s -> p.row(s.weights(), s.threads(), s.tokensPerSecond(), s.tokensPerSecond() * s.flops() / 1e9, s.share()));
        Table f = new Table("Figures", Column.text("figure"), Column.count("threads"), Column.number("aim", 2), Column.number("reached", 2), Column.text(""));
        figures().forEach(g -> f.row(g.what, g.threads, g.aim, g.reached, g.reached >= g.aim ? "yes" : "no"));
        return List.of(t, p, f);
    }

    /** Everything for programs. */
    public Map<String, Object> json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("shape", shape());
        all.put("rounds", run.rounds());
        List<Table> tables = tables();
        all.put("decode", tables.get(0).json());
        all.put("prompt", tables.get(1).json());
        all.put("figures", tables.get(2).json());
        all.put("inputs_zero", zero);
        all.put("absent", absent);
        return all;
    }

    private String shape() {
        var c = run.config();
        return c.layers() + " layers of " + c.hidden() + ", feed-forward " + c.inner() + ", " + c.heads() + " heads of which " + c.keyHeads() + " of keys, vocabulary " + c.vocab();
    }

    private List<Figure> figures() {
        List<Figure> all = new ArrayList<>();
        for (Speed s : speeds) {
            if (s.name().equals(DecodeRun.DENSE)) {
                all.add(new Figure("dense " + s.weights() + ": share of the limit", s.threads(), OF_LIMIT, s.share()));
            }
            if (s.name().equals(DecodeRun.HALF)) {
                add(all, "half of inputs zero, " + s.weights() + ", over dense", s, SKIPPING, s.weights(), s::over);
            }
            if (s.name().equals(DecodeRun.BLOCKS) && s.weights().equals("fp32")) {
                add(all, "16x1 blocks fp32, 80 % zero, over dense fp32", s, BLOCKS, "fp32", s::over);
            }
        }
        prompts.forEach(p -> all.add(new Figure("prompt " + p.weights() + ": share of our dense product", p.threads(), OF_PEAK, p.share())));
        for (Speed peer : speeds) {
            if (peer.reads().length == 0) {
                String ours = of(peer);
                dense(peer, ours).ifPresent(d -> all.add(new Figure("dense " + ours + " over " + peer.name() + " " + peer.weights(), peer.threads(), 1, d.over(peer))));
            }
        }
        return all;
    }

    private void add(List<Figure> all, String what, Speed s, double aim, String weights, ToDoubleFunction<Speed> reached) {
        dense(s, weights).ifPresent(d -> all.add(new Figure(what, s.threads(), aim, reached.applyAsDouble(d))));
    }

    /** The bits of ours that it alternated with. */
    private static String of(Speed s) {
        return s.reads().length > 0 ? s.weights() : s.weights().equals("F16") ? "bf16" : "int8";
    }

    /** Our dense model on as many threads. */
    private Optional<Speed> dense(Speed s, String weights) {
        return speeds.stream().filter(d -> d.name().equals(DecodeRun.DENSE) && d.weights().equals(weights) && d.threads() == s.threads()).findFirst();
    }
}
