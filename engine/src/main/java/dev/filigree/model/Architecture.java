package dev.filigree.model;

import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Catalog;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Builds a network for inputs of a shape. */
@FunctionalInterface
public interface Architecture {

    Entry<Architecture> LENET_300_100 = Catalog.entry("lenet-300-100", "LeCun et al. 1998, Proc. IEEE 86(11)", "fully connected, 300 and 100 hidden units",
            () -> (in, outputs) -> new Mlp(List.of(in.size(), 300, 100, outputs), Activation.RELU));

    Entry<Architecture> MLP = Catalog.entry("mlp", "", "fully connected with ReLU", List.of(Option.of("hidden", "1024-1024", "hidden units of each layer")),
            s -> mlp(s.text("hidden")));

    /**
     * @param input   one example
     * @param outputs numbers a model gives for it
     */
    Network build(Shape input, int outputs);

    private static Architecture mlp(String hidden) {
        List<Integer> units;
        try {
            units = Arrays.stream(hidden.split("-")).map(Integer::parseInt).toList();
        } catch (NumberFormatException e) {
            throw new UserError("model mlp: found hidden=" + hidden + ", expected units of each layer such as 1024-1024");
        }
        return (in, outputs) -> {
            List<Integer> widths = new ArrayList<>(List.of(in.size()));
            widths.addAll(units);
            widths.add(outputs);
            return new Mlp(widths, Activation.RELU);
        };
    }
}
