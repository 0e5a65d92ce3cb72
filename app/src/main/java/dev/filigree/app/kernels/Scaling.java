package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.app.kernels.Figure.Score;
import java.util.ArrayList;
import java.util.List;

/** What all threads are worth over one, over every case of every family. */
final class Scaling {

    private static final String NAME = "threads";
    private static final double SPEED_UP_OF_TWO = 1.85;
    private static final double SHARE_OF_BANDWIDTH = 0.92;

    private Scaling() {
    }

    static List<Figure> figures(List<CaseResult> results, List<Integer> threadCounts, Roof roof) {
        if (threadCounts.size() < 2) {
            return List.of();
        }
        int threads = threadCounts.getLast();
        List<Score> arithmetic = new ArrayList<>();
        List<Score> bandwidth = new ArrayList<>();
        double aim = 1 + (SPEED_UP_OF_TWO - 1) * (threads - 1);
        List<Bounds.Split> splits = new ArrayList<>();
        for (CaseResult c : results) {
            c.of(Role.OURS, threads).forEach(many -> c.of(Role.OURS, 1).filter(one -> one.name().equals(many.name())).forEach(one -> {
                String where = c.family() + ": " + c.where() + ", " + many.name();
                if (roof.computeBound(one.flops(), one.bytes())) {
                    arithmetic.add(new Score(where, many.over(one)));
                    splits.add(new Bounds.Split(one.median(), many.median(), many.over(one) >= aim));
                } else {
                    bandwidth.add(new Score(where, many.over(one) * roof.rate(one.bytes(), 1) / roof.rate(one.bytes(), threads)));
                }
            }));
        }
        return List.of(Figure.atLeast(NAME, "over one thread, where arithmetic is the limit", threads, Figure.Unit.RATIO, aim, arithmetic)
                        .boundBy(Bounds.shortWork(splits, threads)),
                Figure.atLeast(NAME, "share of what reading gains, elsewhere", threads, Figure.Unit.RATIO, SHARE_OF_BANDWIDTH, bandwidth));
    }
}
