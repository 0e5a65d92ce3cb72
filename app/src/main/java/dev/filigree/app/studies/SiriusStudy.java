package dev.filigree.app.studies;

import dev.filigree.app.KnownLanguageModel;
import dev.filigree.app.report.LinePlot;
import dev.filigree.infer.Corrector;
import dev.filigree.infer.Corrector.Rule;
import dev.filigree.infer.Generator;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Perplexity;
import dev.filigree.infer.Sampling;
import dev.filigree.infer.policy.Calibration;
import dev.filigree.infer.policy.Gates;
import dev.filigree.infer.policy.Told;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** Zhou et al. 2024: a policy drafts, the whole model looks after it now and then. */
final class SiriusStudy implements Study {

    private static final List<String> WAYS = List.of("policy alone", "corrected (sirius)", "policy alone, equal density", "corrected (exact)", "corrected (sirius), blocks of 4");
    private static final double[] SHARES = {0.3, 0.5};
    /** A model of this size goes astray sooner than the paper's. */
    private static final int SHORT = 4;
    private static final Sampling DRAWN = new Sampling(1, 0, 1, 1);
    /** Tokens of a prompt, and of a sequence of calibration text. */
    private static final int PROMPT = 16;
    private static final int SEQUENCE = 256;

    /** One way to go on with all prompts of a seed. */
    private record Seen(double same, double whole, double density, double accepted, double loss, double speed) {
    }

    @Override
    public Claim claim() {
        return new Claim("sirius", "Zhou et al. 2024, Sirius: Contextual Sparsity with Correction for Efficient LLMs, arXiv:2409.03856",
                "A model that leaves out half of its weights for each token goes astray, and a look of the whole model at every 16 tokens brings it back: the text agrees with that of the whole model for longer than "
                        + "without correction, and longer than a policy alone that reads as many weights, while fewer weights are read than by the whole model. More drafted tokens stay than where they must be the "
                        + "likeliest (speculative decoding, arXiv:2211.17192).",
                "stories260k under teal, one sparsity for all weights, at 30 and 50 %, greedy; prompts that it told itself; agreement is the share of the added tokens' characters up to the first that differs",
                "tokens added; in one comparison the weights read for a token (effective density: drafts by what they read, a pass over a block as one)",
                "no longer agreement than the policy alone at the same sparsity or at equal effective density, a density of 1 or more, or blocks no longer than exact ones",
                3);
    }

    @Override
    public Findings run(Lab lab) {
        try (LanguageModel model = KnownLanguageModel.open(KnownLanguageModel.BUNDLED, 1)) {
            Map<String, LongFunction<List<Seen>>> rivals = new LinkedHashMap<>();
            double[] shares = lab.quick() ? new double[] {0.5} : SHARES;
            for (double share : shares) {
                rivals.put(percent(share), seed -> trial(lab, model, share, seed));
            }
            return findings(shares, lab.each(rivals, s -> String.format(Locale.ROOT, "agreement %.2f alone, %.2f corrected at density %.2f", s.get(0).same, s.get(1).same, s.get(1).density)));
        }
    }

    /** All ways at one sparsity, in the order of {@link #WAYS}. */
    private static List<Seen> trial(Lab lab, LanguageModel model, double share, long seed) {
        int count = (int) lab.choose(3, 24);
        int most = (int) lab.choose(24, 64);
        List<int[]> told = Told.by(model, (int) lab.choose(300, 2000), SEQUENCE, seed, n -> { });
        List<String> prompts = IntStream.range(0, count).mapToObj(i -> new Generator(model, DRAWN, 1000 * seed + i).run("", PROMPT, t -> { }).text()).toList();
        List<String> whole = prompts.stream().map(p -> new Generator(model, Sampling.GREEDY, seed).run(p, most, t -> { }).text()).toList();
        LanguageModel sparse = under(model, share, told);
        Seen alone = alone(model, sparse, prompts, whole, most);
        Seen sirius = corrected(model, sparse, Rule.SIRIUS, Corrector.BLOCK, prompts, whole, most);
        Seen equal = alone(model, under(model, Math.max(0, 1 - sirius.density), told), prompts, whole, most);
        return List.of(alone, sirius, equal, corrected(model, sparse, Rule.EXACT, Corrector.BLOCK, prompts, whole, most),
                corrected(model, sparse, Rule.SIRIUS, SHORT, prompts, whole, most));
    }

    private static LanguageModel under(LanguageModel model, double share, List<int[]> told) {
        return model.under(Gates.of(String.format(Locale.ROOT, "teal(sparsity=%.4f,allocation=uniform)", share), Calibration.of(model, told, n -> { })));
    }

    private static Seen alone(LanguageModel model, LanguageModel sparse, List<String> prompts, List<String> whole, int most) {
        List<Generator.Outcome> all = prompts.stream().map(p -> new Generator(sparse, Sampling.GREEDY, 1).run(p, most, t -> { })).toList();
        double density = all.stream().mapToDouble(o -> 1 - o.spent().orElseThrow().share()).average().orElseThrow();
        return seen(model, prompts, all, whole, density, Double.NaN);
    }

    private static Seen corrected(LanguageModel model, LanguageModel sparse, Rule rule, int block, List<String> prompts, List<String> whole, int most) {
        List<Corrector.Outcome> all = prompts.stream().map(p -> new Corrector(sparse, rule, block, Sampling.GREEDY, List.of(), 1).run(p, most, t -> { })).toList();
        return seen(model, prompts, all.stream().map(Corrector.Outcome::text).toList(), whole, all.stream().mapToDouble(Corrector.Outcome::density).average().orElseThrow(),
                all.stream().mapToDouble(Corrector.Outcome::accepted).average().orElseThrow());
    }

    private static Seen seen(LanguageModel model, List<String> prompts, List<Generator.Outcome> found, List<String> whole, double density, double accepted) {
        double same = 0;
        double equal = 0;
        double loss = 0;
        double tokens = 0;
        double seconds = 0;
        for (int i = 0; i < found.size(); i++) {
            String text = found.get(i).text();
            same += agreement(whole.get(i), text) / found.size();
            equal += (text.equals(whole.get(i)) ? 1.0 : 0) / found.size();
            loss += Perplexity.with(model.config(), 0, 0).of(model, prompts.get(i) + text, n -> { }).loss() / found.size();
            tokens += found.get(i).tokens();
            seconds += found.get(i).seconds();
        }
        return new Seen(same, equal, density, accepted, loss, tokens / seconds);
    }

    /** Share of {@code whole} up to the first character in which {@code text} differs. */
    private static double agreement(String whole, String text) {
        int i = 0;
        while (i < Math.min(whole.length(), text.length()) && whole.charAt(i) == text.charAt(i)) {
            i++;
        }
        return whole.isEmpty() ? 1 : (double) i / whole.length();
    }

    private static Findings findings(double[] shares, Map<String, List<List<Seen>>> found) {
        Table t = new Table("Text beside that of the whole model", Column.text("left out"), Column.text("way"), Column.percent("agreement", 1), Column.percent("deviation", 1),
                Column.percent("same to the end", 1), Column.number("effective density", 3), Column.number("tokens that stay", 2), Column.number("loss under the whole model", 4),
                Column.number("tokens/s", 0));
        List<LinePlot.Series> lines = new ArrayList<>();
        for (int w = 0; w < WAYS.size(); w++) {
            List<LinePlot.Point> points = new ArrayList<>();
            for (double share : shares) {
                points.add(new LinePlot.Point(Numbers.of(way(found, share, w), Seen::density).mean(), Numbers.of(way(found, share, w), Seen::same).mean()));
            }
            lines.add(new LinePlot.Series(WAYS.get(w), points));
        }
        List<Verdict> verdicts = new ArrayList<>();
        for (double share : shares) {
            for (int w = 0; w < WAYS.size(); w++) {
                List<Seen> s = way(found, share, w);
                Numbers same = Numbers.of(s, Seen::same);
                double accepted = Numbers.of(s, Seen::accepted).mean();
                t.row(percent(share), WAYS.get(w), same.mean(), same.spread(), Numbers.of(s, Seen::whole).mean(), Numbers.of(s, Seen::density).mean(), Double.isNaN(accepted) ? null : (Double) accepted,
                        Numbers.of(s, Seen::loss).mean(), Numbers.of(s, Seen::speed).mean());
            }
            Numbers sirius = Numbers.of(way(found, share, 1), Seen::same);
            verdicts.add(Verdict.above("at " + percent(share) + " corrected text agrees for longer", 0, sirius.minus(Numbers.of(way(found, share, 0), Seen::same))));
            verdicts.add(Verdict.above("at " + percent(share) + " it agrees for longer than a policy alone that reads as many weights", 0, sirius.minus(Numbers.of(way(found, share, 2), Seen::same))));
            verdicts.add(Verdict.above("at " + percent(share) + " fewer weights are read than by the whole model", 0, Numbers.of(way(found, share, 1), s -> 1 - s.density)));
            verdicts.add(Verdict.above("at " + percent(share) + " and in blocks of 4 too", 0, Numbers.of(way(found, share, 4), s -> 1 - s.density)));
            verdicts.add(Verdict.above("at " + percent(share) + " more tokens of a block stay than exact ones", 0,
                    Numbers.of(way(found, share, 1), Seen::accepted).minus(Numbers.of(way(found, share, 3), Seen::accepted))));
        }
        return new Findings(List.of(t), List.of(new LinePlot("Agreement by weights read", "effective density", "agreement", lines, List.of())), verdicts);
    }

    private static List<Seen> way(Map<String, List<List<Seen>>> found, double share, int way) {
        return found.get(percent(share)).stream().map(s -> s.get(way)).toList();
    }

    private static String percent(double share) {
        return Math.round(100 * share) + " %";
    }
}
