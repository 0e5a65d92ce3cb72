package dev.filigree.app.studies;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Wang et al. 2024: feed-forward channels taken out, fewer where a block matters. */
final class CfspStudy implements Study {

    private static final Slicing SLICING = new Slicing(new double[] {0.25, 0.5}, List.of("cfsp", "cfsp(slope=0)", "wanda-sp", "magnitude-sp", "random-sp", "drop-layers"));
    private static final List<String> UNIFORM = List.of("cfsp(slope=0)", "wanda-sp", "magnitude-sp", "random-sp");

    @Override
    public Claim claim() {
        return new Claim("cfsp", "Wang et al. 2024, CFSP, arXiv:2409.13199",
                "Channels of the feed-forward nets chosen by their activations and weights, more of them from blocks that turn the residual stream less, cost less than the same share of each block, "
                        + "chosen by Wanda, by size or at random.",
                "stories260k, a quarter and a half of the feed-forward channels taken out at once; beside them whole layers. Each seed calibrates on one text that the model tells and judges by another",
                "feed-forward channels left in all",
                "the same share of each block that loses no more",
                3);
    }

    @Override
    public Findings run(Lab lab) {
        try (StoryTrial trial = new StoryTrial(lab)) {
            Map<String, List<Slicing.Left>> found = SLICING.run(lab, trial);
            List<Verdict> verdicts = new ArrayList<>();
            for (double share : SLICING.shares()) {
                UNIFORM.forEach(other -> verdicts.add(Slicing.less(found, "cfsp", other, share)));
            }
            verdicts.add(Slicing.less(found, "cfsp", "drop-layers", 0.25));
            return new Findings(List.of(SLICING.table(found)), List.of(SLICING.plot("Feed-forward channels taken out", found)), verdicts);
        }
    }
}
