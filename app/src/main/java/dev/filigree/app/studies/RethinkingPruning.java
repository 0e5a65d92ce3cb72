package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Liu et al. 2019: what pruning finds can be trained from scratch. The unstructured part of it. */
final class RethinkingPruning implements Study {

    private static final String SPARSITY = "90%";
    /** A difference in accuracy that would be none to speak of. */
    private static final double NONE = 0.005;

    @Override
    public Claim claim() {
        return new Claim("rethinking-pruning", "Liu et al. 2019, Rethinking the Value of Network Pruning, arXiv:1810.05270",
                "A pruned network that is trained from scratch is as good as one that is fine-tuned, and the first values of a ticket help only when the learning rate is small.",
                "LeNet-300-100, 90 % pruned at once by magnitude when training has ended; survivors go on with their values at a small rate (fine-tuned), start again from their first values (ticket) or from fresh ones (scratch).",
                "epochs before the pruning, and as many after it",
                "scratch more than half a point below fine-tuned, tickets no better than scratch at a rate of 0.01, or more than half a point better at 0.1", 10);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings large = Rivals.dense("lenet-300-100", lab.choose(0.3, 5));
        TrainSettings small = rated(large, large.epochs(), 0.01, "cosine");
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        rivals.put("dense", large);
        rivals.put("fine-tuned", rated(large, 2 * large.epochs(), 0.1, "step(at=0.25/0.375)").with(large.model(), "gmp(from=0.4,until=0.5,times=1)", SPARSITY));
        for (TrainSettings base : List.of(large, small)) {
            rivals.put("ticket, rate " + base.rate(), base.with(base.model(), "tickets(share=0.9)", SPARSITY));
            rivals.put("scratch, rate " + base.rate(), base.with(base.model(), "tickets(share=0.9,control=reinit)", SPARSITY));
        }
        Map<String, Lab.Series> found = lab.run(rivals);
        List<LinePlot.Series> lines = new ArrayList<>();
        found.forEach((name, s) -> lines.add(new LinePlot.Series(name, s.trials().getFirst().curve().stream().map(p -> new LinePlot.Point(p.epoch(), p.right())).toList())));
        return new Findings(List.of(Rivals.table("Accuracy at " + SPARSITY + " zeros", found.values())),
                List.of(new LinePlot("Accuracy before and after the pruning (first seed)", "epochs", "accuracy", lines, List.of())),
                List.of(Verdict.above("scratch is at most half a point below fine-tuned", -NONE, found.get("scratch, rate 0.1").over(found.get("fine-tuned"))),
                        Verdict.above("tickets beat scratch at a rate of 0.01", 0, found.get("ticket, rate 0.01").over(found.get("scratch, rate 0.01"))),
                        Verdict.within("tickets are no better and no worse than scratch at a rate of 0.1", NONE, found.get("ticket, rate 0.1").over(found.get("scratch, rate 0.1")))));
    }

    private static TrainSettings rated(TrainSettings s, double epochs, double rate, String rates) {
        return new TrainSettings(s.model(), s.data(), s.method(), s.sparsity(), s.allocation(), s.keepDense(), epochs, s.batch(), s.optimizer(), rate, rates, s.smoothing(), s.clip(), s.seed());
    }
}
