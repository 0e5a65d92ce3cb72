package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Zhang et al. 2022: positions and weights as two levels of one problem, against pruning again and again. */
final class BiLevelPruning implements Study {

    /** What bi-level pruning may lose to rounds that each take a whole course of training. */
    private static final double GAP = 0.003;

    @Override
    public Claim claim() {
        return new Claim("bip", "Zhang et al. 2022, Advancing Model Pruning via Bi-level Optimization, arXiv:2210.04092",
                "Steps of weights and of positions in turn, the latter foreseeing the weights' answer, "
                        + "find better sparse networks than iterative magnitude pruning, at the cost of one pruning.",
                "LeNet-300-100, 95 % zeros; half of the epochs train the dense network; lottery tickets halve the weights in each of five rounds after the first.",
                "epochs, and for one of the rivals three times as many",
                "bi-level pruning no better than tickets at equal epochs, or than itself without the foreseen answer", 15);
    }

    @Override
    public Findings run(Lab lab) {
        double epochs = lab.choose(0.3, 2);
        TrainSettings base = Rivals.dense("lenet-300-100", epochs);
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        rivals.put("dense", Rivals.dense("lenet-300-100", 2 * epochs));
        rivals.put("pruned once, tuned", base.with(base.model(), "gmp(allocation=erk,times=1,until=0.5,rounds=2)", "95%"));
        rivals.put("tickets", Rivals.dense("lenet-300-100", epochs / 3).with(base.model(), "tickets(share=0.5)", "95%"));
        rivals.put("tickets, 3 x the epochs", base.with(base.model(), "tickets(share=0.5)", "95%"));
        rivals.put("bi-level", base.with(base.model(), "bip", "95%"));
        rivals.put("bi-level, no answer", base.with(base.model(), "bip(implicit=0)", "95%"));
        Map<String, Lab.Series> found = lab.run(rivals);
        Lab.Series bip = found.get("bi-level");
        List<LinePlot.Series> lines = List.of("dense", "pruned once, tuned", "tickets", "bi-level", "bi-level, no answer").stream()
                .map(name -> new LinePlot.Series(name,
                        found.get(name).trials().getFirst().curve().stream().map(p -> new LinePlot.Point(p.epoch(), p.right())).toList())).toList();
        return new Findings(List.of(Rivals.table("Accuracy at 95 % zeros", found.values())),
                List.of(new LinePlot("Accuracy on the way (first seed)", "epochs", "accuracy", lines, List.of())),
                List.of(Verdict.above("bi-level pruning beats tickets at equal epochs", 0, bip.over(found.get("tickets"))),
                        Verdict.above("bi-level pruning is within 0.3 points of tickets that take three times the epochs", -GAP,
                                bip.over(found.get("tickets, 3 x the epochs"))),
                        Verdict.above("bi-level pruning beats pruning once and tuning", 0, bip.over(found.get("pruned once, tuned"))),
                        Verdict.above("to foresee the weights' answer helps", 0, bip.over(found.get("bi-level, no answer")))));
    }
}
