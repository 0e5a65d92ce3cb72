package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.app.kernels.Shapes.Shape;
import dev.filigree.kernel.Coded;
import dev.filigree.tensor.Layout;
import java.util.ArrayList;
import java.util.List;

/** One token, as in decoding: the limit is the bytes of the weight. */
final class SingleFamily implements Family {

    private static final double[] UNSTRUCTURED = {0.3, 0.4, 0.5, 0.6, 0.7, 0.8};
    private static final double[] FEW = {0.4, 0.5, 0.8};
    private static final double[] BLOCKS = {0.5, 0.8, 0.9};
    private static final int[] HEIGHTS = {4, 8, 16};
    private static final double SHARE_OF_BYTE_LIMIT = 0.9;
    private static final double BREAK_EVEN = 0.4;
    private static final double SKIPPING = 1.7;
    /** How the values of blocks may be stored; a figure waits for the kernels of each. */
    private static final List<String> STORED = List.of("fp32", "bf16", "int8");
    /** Names of the contestants whose ratio is a figure. */
    private static final String DENSE_INT8 = "dense int8";
    private static final String SLICED = "sliced ";
    private static final String HALF_OF_INPUTS = "columns int8, half of the inputs zero";

    @Override
    public String name() {
        return "single";
    }

    @Override
    public String title() {
        return "One token";
    }

    @Override
    public List<Case> cases(boolean quick) {
        List<Case> cases = new ArrayList<>();
        for (Shape s : quick ? Shapes.LLAMA.subList(0, 1) : List.of(Shapes.BERT.get(1), Shapes.LLAMA.get(0), Shapes.LLAMA.get(2))) {
            cases.add(new Case(s.model(), s.rows(), s.cols(), 1, e -> enter(e, quick ? FEW : UNSTRUCTURED)));
        }
        return cases;
    }

    private static void enter(Entrants e, double[] grid) {
        Mask all = Mask.unstructured(0);
        e.nativeDense().oursAndLimit("dense", 0, all, Layout.TILED);
        for (Coded.Type type : Coded.Type.values()) {
            e.ours(type == Coded.Type.INT8 ? DENSE_INT8 : "columns " + type.label(), 0, all, Layout.columns(type));
        }
        e.oursOnHalfOfInputs(HALF_OF_INPUTS, Layout.columns(Coded.Type.INT8));
        for (double sparsity : grid) {
            Mask mask = Mask.unstructured(sparsity);
            e.ours(SLICED + Ratios.percent(sparsity), sparsity, mask, Layout.SLICED).ours("bitmap " + Ratios.percent(sparsity), sparsity, mask, Layout.BITMAP)
                    .ours("csr " + Ratios.percent(sparsity), sparsity, mask, Layout.CSR).nativeSparse(sparsity);
        }
        for (int height : HEIGHTS) {
            for (double sparsity : BLOCKS) {
                Mask mask = Mask.blocks(height, sparsity);
                String named = Ratios.percent(sparsity);
                e.oursAndLimit(height + "x1 fp32 " + named, sparsity, mask, Layout.blocks(height));
                for (Coded.Type type : List.of(Coded.Type.BF16, Coded.Type.INT8)) {
                    e.oursAndLimit(height + "x1 " + type.label() + " " + named, sparsity, mask, Layout.codedBlocks(height, type));
                }
            }
        }
    }

    @Override
    public List<Figure> figures(List<CaseResult> results, List<Integer> threadCounts) {
        List<Figure> all = new ArrayList<>();
        for (int threads : threadCounts) {
            for (String stored : STORED) {
                all.add(Figure.atLeast(name(), "blocks " + stored + ": share of the byte limit", threads, Figure.Unit.RATIO, SHARE_OF_BYTE_LIMIT,
                        Ratios.scores(results, threads, m -> m.name().contains("x1 " + stored), (c, m) -> c.limit(m).map(m::over).orElse(Double.NaN)))
                        .boundBy(Bounds.steps(results, threads, m -> m.name().contains("x1 " + stored))));
            }
            all.add(Figure.atMost(name(), "unstructured: break-even with native dense", threads, Figure.Unit.PERCENT, BREAK_EVEN,
                    Ratios.breakEven(results, threads, m -> m.name().startsWith(SLICED))));
            all.add(Figure.atLeast(name(), "half of the inputs zero, int8, over our dense int8", threads, Figure.Unit.RATIO, SKIPPING,
                    Ratios.scores(results, threads, m -> m.name().equals(HALF_OF_INPUTS), (c, m) -> c.of(Role.OURS, threads)
                            .filter(dense -> dense.name().equals(DENSE_INT8)).findFirst().map(m::over).orElse(Double.NaN)))
                    .boundBy(Bounds.skipped(results, threads, DENSE_INT8, HALF_OF_INPUTS)));
        }
        return all;
    }
}
