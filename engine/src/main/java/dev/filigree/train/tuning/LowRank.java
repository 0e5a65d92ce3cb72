package dev.filigree.train.tuning;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.model.Branch;
import dev.filigree.model.Site;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * LoRA (Hu et al. 2021, arXiv:2106.09685): {@code W = W0 + scale B A} with A {@code [r x inputs]} normal with deviation
 * {@code 1 / sqrt(inputs)}, B {@code [outputs x r]} zero, and the same rank r for every prunable weight, the largest that the share allows.
 *
 * @param share of the prunable weights' number that is trained
 * @param scale alpha / r of the paper
 */
public record LowRank(double share, double scale) implements Tuning {

    public static final Entry<Tuning> ENTRY = Catalog.entry("lora", "Hu et al. 2021, arXiv:2106.09685", "adds a product of two thin matrices to every weight",
            List.of(Option.of("share", 0.04, "numbers trained, as a share of the prunable weights"), Option.of("scale", 2.0, "what the product is multiplied with, alpha / r")),
            s -> new LowRank(s.number("share"), s.number("scale")));

    public LowRank {
        Tuning.share("lora", share);
        if (!(scale > 0 && scale < 1e3)) {
            throw new UserError("tuning lora: found scale=" + scale + ", expected a number above 0");
        }
    }

    @Override
    public Map<String, List<Branch>> begin(Start start) {
        long each = start.base().sites().stream().mapToLong(s -> s.rows() + s.cols()).sum(); // numbers for one more rank
        int rank = (int) (share * start.positions() / each);
        if (rank < 1) {
            throw new UserError("tuning lora: found share=" + share + ", which is less than rank 1 of every weight; expected at least " + (double) each / start.positions());
        }
        Map<String, List<Branch>> change = new LinkedHashMap<>();
        for (Site s : start.base().sites()) {
            change.put(s.name(), List.of(new Branch.LowRank(Tuning.normal(s, "lora.a", rank, s.cols(), 1 / Math.sqrt(s.cols()), start.rng()),
                    Tuning.zeros(s, "lora.b", s.rows(), rank), (float) scale)));
        }
        return change;
    }
}
