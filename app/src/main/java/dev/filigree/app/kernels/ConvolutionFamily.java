package dev.filigree.app.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Convolutions over planes: MobileNet's, one image at a time, and those of ResNet-20 and VGG in the batches of training. The
 * rival is a whole operator, ONNX Runtime's Conv.
 */
final class ConvolutionFamily implements Family {

    private static final double DENSE_SHARE = 0.9;
    private static final Map<Double, Double> AIMS = new TreeMap<>(Map.of(0.8, 2.5, 0.9, 4.5));

    /** What figures are about: layers whose model and window begin so. */
    private static final List<String> GROUPS = List.of("MobileNet 1x1", "VGG 3x3", "ResNet-20 3x3");
    private static final String DEPTHWISE = "MobileNet 3x3";

    @Override
    public String name() {
        return "convolution";
    }

    @Override
    public String title() {
        return "Convolution, against ONNX Runtime's Conv";
    }

    @Override
    public List<Case> cases(boolean quick) {
        List<ConvolutionLayer> layers = quick ? List.of(pixel(256, 256, 28), square("ResNet-20", 32, 32, 32, 16, 1))
                : List.of(pixel(256, 256, 28), pixel(128, 64, 56), pixel(512, 512, 14), pixel(1024, 1024, 7), square("VGG", 1, 128, 128, 28, 1),
                        square("VGG", 1, 256, 256, 14, 1), square("VGG", 32, 128, 128, 16, 1), square("VGG", 32, 512, 512, 4, 1),
                        square("ResNet-20", 128, 16, 16, 32, 1), square("ResNet-20", 128, 32, 16, 32, 2), square("ResNet-20", 128, 32, 32, 16, 1),
                        square("ResNet-20", 128, 64, 64, 8, 1), depthwise(1, 128, 56, 1), depthwise(1, 256, 28, 1), depthwise(1, 512, 14, 1),
                        depthwise(1, 512, 14, 2), depthwise(32, 128, 16, 1));
        return layers.stream().map(l -> l.asCase(e -> enter(e, l))).toList();
    }

    private static ConvolutionLayer pixel(int outputs, int inputs, int side) {
        return new ConvolutionLayer("MobileNet", 1, outputs, inputs, false, side, 1, 1);
    }

    private static ConvolutionLayer square(String model, int images, int outputs, int inputs, int side, int stride) {
        return new ConvolutionLayer(model, images, outputs, inputs, false, side, 3, stride);
    }

    private static ConvolutionLayer depthwise(int images, int channels, int side, int stride) {
        return new ConvolutionLayer("MobileNet", images, channels, channels, true, side, 3, stride);
    }

    private static void enter(Entrants e, ConvolutionLayer l) {
        l.peer(e);
        l.ours(e, 0);
        for (double sparsity : l.depthwise() ? List.<Double>of() : AIMS.keySet()) {
            l.ours(e, sparsity);
        }
    }

    @Override
    public List<Figure> figures(List<CaseResult> results, List<Integer> threadCounts) {
        List<Figure> all = new ArrayList<>();
        for (int threads : threadCounts) {
            for (String group : GROUPS) {
                all.add(figure(results, threads, group, ": dense", DENSE_SHARE, 0));
                AIMS.forEach((sparsity, aim) -> all.add(figure(results, threads, group, ": " + Ratios.percent(sparsity), aim, sparsity)));
            }
            all.add(figure(results, threads, DEPTHWISE, " depthwise", DENSE_SHARE, 0));
        }
        return all;
    }

    private Figure figure(List<CaseResult> results, int threads, String group, String which, double aim, double sparsity) {
        Predicate<CaseResult> in = c -> c.shape().startsWith(group);
        return Figure.atLeast(name(), group + which + " over ONNX Runtime's dense", threads, Figure.Unit.RATIO, aim,
                Ratios.overDense(results.stream().filter(in).toList(), threads, Ratios.at(sparsity)));
    }
}
