package dev.filigree.app.studies;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Ashkboos et al. 2024: a residual stream that is rotated into its principal directions can lose the least of them. */
final class SliceGptStudy implements Study {

    private static final List<String> UNROTATED = List.of("stream-energy", "stream-magnitude", "stream-random");
    private static final Slicing SLICING = new Slicing(new double[] {0.125, 0.25, 0.375}, List.of("slicegpt", "stream-energy", "stream-magnitude", "stream-random"));

    @Override
    public Claim claim() {
        return new Claim("slicegpt", "Ashkboos et al. 2024, SliceGPT, arXiv:2401.15024",
                "In the principal directions of what is read at each point of the residual stream, a share of the features can be deleted at once for less than features as they are cost.",
                "stories260k, 64 features wide, 8, 16 and 24 of which are deleted, without training; each seed calibrates on one text that the model tells and judges by another",
                "features left; the shortcuts that SliceGPT needs are counted in the table",
                "features as they are, chosen by what is read of them, by their weights or at random, that lose no more than directions",
                3);
    }

    @Override
    public Findings run(Lab lab) {
        try (StoryTrial trial = new StoryTrial(lab)) {
            Map<String, List<Slicing.Left>> found = SLICING.run(lab, trial);
            List<Verdict> verdicts = new ArrayList<>();
            for (double share : SLICING.shares()) {
                UNROTATED.forEach(other -> verdicts.add(Slicing.less(found, "slicegpt", other, share)));
            }
            return new Findings(List.of(SLICING.table(found)), List.of(SLICING.plot("Features deleted from the residual stream", found)), verdicts);
        }
    }
}
