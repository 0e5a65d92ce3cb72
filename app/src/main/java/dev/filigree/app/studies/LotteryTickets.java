package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.TrainSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Frankle and Carbin 2019: the initial values of a winning ticket matter. */
final class LotteryTickets implements Study {

    @Override
    public Claim claim() {
        return new Claim("lottery-tickets", "Frankle and Carbin 2019, The Lottery Ticket Hypothesis, arXiv:1803.03635",
                "Small subnetworks found by pruning train well from their own first values, and worse from fresh random values or at random positions.",
                "LeNet-300-100; 20 % of the weights pruned a round and rewound to the start, down to 3 %.",
                "steps of the last round",
                "tickets that are no better than the same positions with fresh values", 20);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings base = Rivals.dense("lenet-300-100", lab.choose(0.3, 2));
        String sparsity = lab.quick() ? "90%" : "97%";
        String share = lab.quick() ? "share=0.5" : "share=0.2";
        Map<String, TrainSettings> rivals = new LinkedHashMap<>();
        rivals.put("dense", base);
        rivals.put("ticket", base.with(base.model(), "tickets(" + share + ")", sparsity));
        rivals.put("fresh values", base.with(base.model(), "tickets(" + share + ",control=reinit)", sparsity));
        rivals.put("random positions", base.with(base.model(), "tickets(" + share + ",control=shuffle)", sparsity));
        Map<String, Lab.Series> found = lab.run(rivals);
        Lab.Series ticket = found.get("ticket");
        List<LinePlot.Point> rounds = ticket.trials().getFirst().curve().stream()
                .map(p -> new LinePlot.Point(p.epoch(), p.right())).toList();
        return new Findings(List.of(Rivals.table("Accuracy at " + sparsity + " zeros", found.values())),
                List.of(new LinePlot("The search, round after round (first seed)", "epochs", "accuracy", List.of(new LinePlot.Series("ticket", rounds)),
                        List.of(new LinePlot.Level("dense", found.get("dense").mean())))),
                List.of(Verdict.above("tickets beat the same positions with fresh values", 0, ticket.over(found.get("fresh values"))),
                        Verdict.above("tickets beat random positions", 0, ticket.over(found.get("random positions")))));
    }
}
