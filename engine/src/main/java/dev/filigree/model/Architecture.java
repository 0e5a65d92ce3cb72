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

    Entry<Architecture> LENET_5 = Catalog.entry("lenet-5", "LeCun et al. 1998, Proc. IEEE 86(11)", "two convolutions of 5x5 and three linear layers",
            () -> LeNet5::new);

    Entry<Architecture> RESNET = Catalog.entry("resnet", "He et al. 2016, arXiv:1512.03385", "residual network for small images",
            List.of(Option.of("depth", 20, "layers, 6n + 2"), Option.of("width", 16, "channels of the first of three stages")),
            s -> (in, outputs) -> new ResNet(in, outputs, s.integer("depth"), s.integer("width")));

    Entry<Architecture> RESNEXT = Catalog.entry("resnext", "Xie et al. 2017, arXiv:1611.05431", "residual network of convolutions in groups",
            List.of(Option.of("depth", 29, "layers, 9n + 2"), Option.of("groups", 8, "groups of the 3x3 convolutions"), Option.of("each", 4, "channels of a group in the first of three stages")),
            s -> (in, outputs) -> new ResNext(in, outputs, s.integer("depth"), s.integer("groups"), s.integer("each")));

    Entry<Architecture> VGG = Catalog.entry("vgg", "Simonyan and Zisserman 2015, arXiv:1409.1556", "stages of 3x3 convolutions with batch normalisation",
            List.of(Option.of("stages", "64-64.128-128.256-256-256.512-512-512", "channels of the convolutions of each stage, which halves the image"),
                    Option.of("dropout", 0.0, "share of the last means that is dropped")),
            s -> vgg(s.text("stages"), s.number("dropout")));

    Entry<Architecture> MOBILENET = Catalog.entry("mobilenet", "Howard et al. 2017, arXiv:1704.04861", "depthwise separable convolutions",
            List.of(Option.of("width", 1.0, "what numbers of channels are multiplied with")), s -> (in, outputs) -> new MobileNet(in, outputs, s.number("width")));

    Entry<Architecture> SPARSE_IFT = Catalog.entry("sparse-ift", "Thangarasa et al. 2023, arXiv:2303.11525", "larger layers that cost as much as dense ones when they are sparse",
            List.of(Option.of("kind", "wide", "what a dense layer becomes: wide, parallel, factorized or doped"), Option.of("hidden", "128-128-128", "hidden units of the dense network"),
                    Option.of("sparsity", 0.75, "the share of zeros that it is to be trained at")), s -> sparseIft(s.text("kind"), s.text("hidden"), s.number("sparsity")));

    /**
     * @param input   one example
     * @param outputs numbers a model gives for it
     */
    Network build(Shape input, int outputs);

    private static Architecture vgg(String text, double dropout) {
        try {
            List<List<Integer>> stages = Arrays.stream(text.split("\\.")).map(stage -> Arrays.stream(stage.split("-")).map(Integer::parseInt).toList()).toList();
            return (in, outputs) -> new Vgg(in, outputs, stages, dropout);
        } catch (NumberFormatException e) {
            throw new UserError("model vgg: found stages=" + text + ", expected channels of each stage such as 64-64.128-128");
        }
    }

    private static Architecture mlp(String hidden) {
        List<Integer> units = units("mlp", hidden);
        return (in, outputs) -> new Mlp(widths(in, units, outputs), Activation.RELU);
    }

    private static Architecture sparseIft(String kind, String hidden, double sparsity) {
        List<Integer> units = units("sparse-ift", hidden);
        IsoFlop.Kind k = Arrays.stream(IsoFlop.Kind.values()).filter(v -> v.name().equalsIgnoreCase(kind)).findFirst()
                .orElseThrow(() -> new UserError("model sparse-ift: found kind=" + kind + ", expected wide, parallel, factorized or doped"));
        return (in, outputs) -> new IsoFlop(widths(in, units, outputs), sparsity, k, Activation.RELU);
    }

    private static List<Integer> units(String model, String hidden) {
        try {
            return Arrays.stream(hidden.split("-")).map(Integer::parseInt).toList();
        } catch (NumberFormatException e) {
            throw new UserError("model " + model + ": found hidden=" + hidden + ", expected units of each layer such as 1024-1024");
        }
    }

    private static List<Integer> widths(Shape in, List<Integer> units, int outputs) {
        List<Integer> widths = new ArrayList<>(List.of(in.size()));
        widths.addAll(units);
        widths.add(outputs);
        return widths;
    }
}
