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
