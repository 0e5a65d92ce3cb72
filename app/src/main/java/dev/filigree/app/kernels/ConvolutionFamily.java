package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.app.peer.NativeLibrary;
import dev.filigree.tensor.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** 1x1 convolutions of MobileNet: in panels of pixels they are products. The rival is a whole operator, ONNX Runtime's Conv. */
final class ConvolutionFamily implements Family {

    private static final double DENSE_SHARE = 0.9;
    private static final Map<Double, Double> AIMS = new TreeMap<>(Map.of(0.8, 2.5, 0.9, 4.5));

    /** @param side of the square image */
    private record Layer(int outputs, int inputs, int side) {
    }

    @Override
    public String name() {
        return "convolution";
    }

    @Override
    public String title() {
        return "1x1 convolution, against ONNX Runtime's Conv";
    }

    @Override
    public List<Case> cases(boolean quick) {
        List<Layer> layers = List.of(new Layer(256, 256, 28), new Layer(128, 64, 56), new Layer(512, 512, 14), new Layer(1024, 1024, 7));
        List<Case> cases = new ArrayList<>();
        for (Layer l : quick ? layers.subList(0, 1) : layers) {
            cases.add(new Case("MobileNet", l.outputs, l.inputs, l.side * l.side, e -> enter(e, l)));
        }
        return cases;
    }

    private static void enter(Entrants e, Layer l) {
        int pixels = l.side * l.side;
        double weights = (double) l.outputs * l.inputs;
        e.peer(NativeLibrary.ONNX_RUNTIME, "ONNX Runtime Conv", Role.NATIVE, 0, "conv\t" + l.outputs + "\t" + l.inputs + "\t" + l.side + "\t" + l.side,
                2 * weights * pixels, 4 * (weights + (double) (l.outputs + l.inputs) * pixels), Mask.unstructured(0).product(l.outputs, l.inputs, pixels),
                Contestant.FLOAT_TOLERANCE);
        e.ours("dense", 0, Mask.unstructured(0), Layout.TILED);
        for (double sparsity : AIMS.keySet()) {
            e.ours("csr " + Ratios.percent(sparsity), sparsity, Mask.unstructured(sparsity), Layout.CSR);
        }
    }

    @Override
    public List<Figure> figures(List<CaseResult> results, List<Integer> threadCounts) {
        List<Figure> all = new ArrayList<>();
        for (int threads : threadCounts) {
            all.add(Figure.atLeast(name(), "dense over ONNX Runtime's dense", threads, Figure.Unit.RATIO, DENSE_SHARE,
                    Ratios.overDense(results, threads, Ratios.at(0))));
            AIMS.forEach((sparsity, aim) -> all.add(Figure.atLeast(name(), Ratios.percent(sparsity) + " over ONNX Runtime's dense", threads,
                    Figure.Unit.RATIO, aim, Ratios.overDense(results, threads, Ratios.at(sparsity)))));
        }
        return all;
    }
}
