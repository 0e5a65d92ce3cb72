import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * libtorch as a peer in a process of its own, through the Deep Java Library. Started from its source files by the JDK's
 * source launcher with that library's jars alone on the class path; it knows nothing of Filigree (KernelPeer is its other
 * half).
 *
 * <pre>java -cp JARS TorchPeer.java THREADS</pre>
 *
 * The operations that it prepares; inputs and outputs are [tokens x features]:
 *
 * <pre>
 * linear ROWS COLS TOKENS   inputs times the transpose of weights [rows x cols], without gradients
 * train ROWS COLS TOKENS    a dense training step by automatic differentiation: y, dx and dw from a given dy, then the
 *                           update of the weights, at a rate of 0
 * mlp SIDE TOKENS           such a step through three layers [side x side], the first two with ReLU, with a momentum of 0.9
 *                           and without the gradient at the input: y, and dw of the first and of the last layer
 * </pre>
 *
 * Gradients of the step before are dropped, not cleared and added to, as torch.optim does it. The update is two passes over
 * the weights, and two more with momentum, for the library offers no multiply-add in place.
 */
public final class TorchPeer implements PeerLoop.Library {

    private final PeerOperands operands = new PeerOperands();
    private final List<Runnable> open = new ArrayList<>();
    private NDManager manager = NDManager.newBaseManager();

    public static void main(String[] args) throws IOException {
        PeerLoop.run(() -> {
            Engine.getInstance();
            JniUtils.setNumThreads(Integer.parseInt(args[0]));
            return new TorchPeer();
        });
    }

    @Override
    public PeerLoop.Operation prepare(String[] w) {
        int first = Integer.parseInt(w[1]);
        int second = Integer.parseInt(w[2]);
        return switch (w[0]) {
            case "linear" -> linear(first, second, Integer.parseInt(w[3]));
            case "train" -> train(first, second, Integer.parseInt(w[3]));
            case "mlp" -> network(3, first, second);
            default -> throw new IllegalArgumentException("unknown operation " + w[0]);
        };
    }

    @Override
    public void drop() {
        open.forEach(Runnable::run);
        open.clear();
        manager.close();
        manager = NDManager.newBaseManager();
        operands.drop();
    }

    private PeerLoop.Operation linear(int rows, int cols, int tokens) {
        PtNDArray w = array(operands.weights(rows, cols), rows, cols);
        PtNDArray x = array(operands.inputs(cols, tokens, true), tokens, cols);
        PtNDArray[] y = new PtNDArray[1];
        open.add(() -> close(y));
        return new PeerLoop.Operation(() -> {
            JniUtils.setGradMode(false);
            close(y);
            y[0] = JniUtils.linear(x, w, null);
        }, sampled(y, 0, rows, tokens, true));
    }

    private PeerLoop.Operation train(int rows, int cols, int tokens) {
        PtNDArray w = array(operands.weights(rows, cols), rows, cols);
        PtNDArray x = array(operands.inputs(cols, tokens, true), tokens, cols);
        PtNDArray dy = array(operands.gradients(rows, tokens, true), tokens, rows);
        PtNDArray[] out = new PtNDArray[3]; // y, dx, dw
        open.add(() -> close(out));
        Runnable step = () -> {
            JniUtils.setGradMode(true);
            close(out);
            try (PtNDArray input = leaf(x); PtNDArray weight = leaf(w)) {
                out[0] = JniUtils.linear(input, weight, null);
                JniUtils.backward(out[0], dy, false, false);
                JniUtils.setGradMode(false);
                out[1] = JniUtils.getGradient(input);
                out[2] = JniUtils.getGradient(weight);
                update(w, out[2]);
            }
        };
        Supplier<float[]> ofY = sampled(out, 0, rows, tokens, true);
        Supplier<float[]> ofDx = sampled(out, 1, cols, tokens, true);
        Supplier<float[]> ofDw = sampled(out, 2, rows, cols, false);
        return new PeerLoop.Operation(step, () -> PeerOperands.joined(ofY.get(), ofDx.get(), ofDw.get()));
    }

    private PeerLoop.Operation network(int layers, int side, int tokens) {
        PtNDArray w = array(operands.weights(side, side), side, side);
        PtNDArray[] weights = new PtNDArray[layers];
        PtNDArray[] speeds = new PtNDArray[layers];
        for (int i = 0; i < layers; i++) {
            weights[i] = i == 0 ? w : (PtNDArray) w.duplicate();
            speeds[i] = (PtNDArray) w.zerosLike();
        }
        PtNDArray x = array(operands.inputs(side, tokens, true), tokens, side);
        PtNDArray dy = array(operands.gradients(side, tokens, true), tokens, side);
        PtNDArray[] out = new PtNDArray[1 + layers]; // y, dw of each layer
        open.add(() -> close(out));
        Runnable step = () -> {
            JniUtils.setGradMode(true);
            close(out);
            List<PtNDArray> passing = new ArrayList<>();
            PtNDArray[] leaves = new PtNDArray[layers];
            PtNDArray y = x;
            for (int i = 0; i < layers; i++) {
                leaves[i] = leaf(weights[i]);
                y = JniUtils.linear(y, leaves[i], null);
                if (i < layers - 1) {
                    passing.add(y);
                    y = JniUtils.relu(y);
                    passing.add(y);
                }
            }
            JniUtils.backward(y, dy, false, false);
            JniUtils.setGradMode(false);
            out[0] = y;
            for (int i = 0; i < layers; i++) {
                out[1 + i] = JniUtils.getGradient(leaves[i]);
                speeds[i].muli(0.9f);
                speeds[i].addi(out[1 + i]);
                update(weights[i], speeds[i]);
                leaves[i].close();
            }
            passing.forEach(PtNDArray::close);
        };
        Supplier<float[]> ofY = sampled(out, 0, side, tokens, true);
        Supplier<float[]> ofFirst = sampled(out, 1, side, side, false);
        Supplier<float[]> ofLast = sampled(out, layers, side, side, false);
        return new PeerLoop.Operation(step, () -> PeerOperands.joined(ofY.get(), ofFirst.get(), ofLast.get()));
    }

    /** At a rate of 0. */
    private static void update(PtNDArray weight, PtNDArray direction) {
        try (var change = direction.mul(0f)) {
            weight.subi(change);
        }
    }

    /** The same numbers as a parameter that has no gradient yet. */
    private static PtNDArray leaf(PtNDArray a) {
        PtNDArray leaf = JniUtils.detachGradient(a);
        JniUtils.attachGradient(leaf, true);
        return leaf;
    }

    private PtNDArray array(MemorySegment numbers, int rows, int cols) {
        return (PtNDArray) manager.create(numbers.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer(), new Shape(rows, cols));
    }

    private Supplier<float[]> sampled(PtNDArray[] from, int place, int rows, int cols, boolean transposed) {
        MemorySegment copy = operands.floats((long) rows * cols);
        Supplier<float[]> samples = PeerOperands.sampled(copy, rows, cols, transposed);
        return () -> {
            float[] all = from[place].toFloatArray();
            MemorySegment.copy(all, 0, copy, JAVA_FLOAT, 0, all.length);
            return samples.get();
        };
    }

    private static void close(PtNDArray[] arrays) {
        for (int i = 0; i < arrays.length; i++) {
            if (arrays[i] != null) {
                arrays[i].close();
                arrays[i] = null;
            }
        }
    }
}
