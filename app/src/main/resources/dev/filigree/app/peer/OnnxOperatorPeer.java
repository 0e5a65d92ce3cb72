import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Single operators of ONNX Runtime as a peer in a process of its own. Started from its source files by the JDK's source
 * launcher with the onnxruntime jar alone on the class path; it knows nothing of Filigree (KernelPeer is its other
 * half).
 *
 * <pre>java -cp onnxruntime.jar OnnxOperatorPeer.java THREADS</pre>
 *
 * The operations that it prepares; the weight is a constant of the model, which the runtime packs when it loads it:
 *
 * <pre>
 * matmul ROWS COLS TOKENS      inputs [tokens x cols] times the transpose of weights [rows x cols]
 * conv IMAGES OUTPUTS INPUTS GROUPS SIDE WINDOW STRIDE
 *                              convolution of square images [images x inputs x side x side] with weights
 *                              [outputs x (inputs / groups) x window x window], and a border of (window - 1) / 2 zeros
 * </pre>
 */
public final class OnnxOperatorPeer implements PeerLoop.Library {

    /** Types of attributes: one whole number, or a list of them. */
    private static final int INT = 2;
    private static final int INTS = 7;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final PeerOperands operands = new PeerOperands();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final int threads;

    private OnnxOperatorPeer(int threads) {
        this.threads = threads;
    }

    public static void main(String[] args) throws IOException {
        PeerLoop.run(() -> new OnnxOperatorPeer(Integer.parseInt(args[0])));
    }

    @Override
    public PeerLoop.Operation prepare(String[] w) {
        int[] n = Arrays.stream(w, 1, w.length).mapToInt(Integer::parseInt).toArray();
        return switch (w[0]) {
            case "matmul" -> matmul(n[0], n[1], n[2]);
            case "conv" -> conv(n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
            default -> throw new IllegalArgumentException("unknown operation " + w[0]);
        };
    }

    @Override
    public void drop() {
        open.reversed().forEach(OnnxOperatorPeer::close);
        open.clear();
        operands.drop();
    }

    private PeerLoop.Operation matmul(int rows, int cols, int tokens) {
        MemorySegment transposed = operands.floats((long) rows * cols);
        FloatBuffer from = buffer(operands.weights(rows, cols));
        FloatBuffer to = buffer(transposed);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                to.put(c * rows + r, from.get(r * cols + c));
            }
        }
        MemorySegment y = operands.floats((long) rows * tokens);
        Runnable call = call("MatMul", transposed, new long[] {cols, rows}, operands.inputs(cols, tokens, true), new long[] {tokens, cols}, y,
                new long[] {tokens, rows});
        return new PeerLoop.Operation(call, PeerOperands.sampled(y, rows, tokens, true));
    }

    private PeerLoop.Operation conv(int images, int outputs, int inputs, int groups, int side, int window, int stride) {
        int border = (window - 1) / 2;
        int out = (side + 2 * border - window) / stride + 1;
        MemorySegment y = operands.floats((long) images * outputs * out * out);
        Message[] attributes = {new Message().text(1, "group").number(3, groups).number(20, INT), numbers("kernel_shape", window, window),
            numbers("strides", stride, stride), numbers("pads", border, border, border, border)};
        Runnable call = call("Conv", operands.weights(outputs, inputs / groups * window * window), new long[] {outputs, inputs / groups, window, window},
                operands.inputs(images * inputs, side * side, false), new long[] {images, inputs, side, side}, y, new long[] {images, outputs, out, out},
                attributes);
        return new PeerLoop.Operation(call, PeerOperands.sampled(y, images * outputs, out * out, false));
    }

    private static Message numbers(String name, long... values) {
        Message m = new Message().text(1, name);
        for (long v : values) {
            m.number(8, v);
        }
        return m.number(20, INTS);
    }

    /** A session of one operator that writes into {@code y}. */
    private Runnable call(String operator, MemorySegment w, long[] wShape, MemorySegment x, long[] xShape, MemorySegment y, long[] yShape,
            Message... attributes) {
        try {
            OrtSession.SessionOptions options = new OrtSession.SessionOptions();
            open.add(options);
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            // Helpers spin for a millisecond after a call, enough for the next one, and not into the next contestant's turn.
            options.addConfigEntry("session.intra_op.spin_duration_us", "1000");
            OrtSession session = environment.createSession(model(operator, w, wShape, xShape, yShape, attributes), options);
            open.add(session);
            OnnxTensor in = OnnxTensor.createTensor(environment, buffer(x), xShape);
            open.add(in);
            OnnxTensor out = OnnxTensor.createTensor(environment, buffer(y), yShape);
            open.add(out);
            return () -> {
                try (OrtSession.Result result = session.run(Map.of("x", in), Map.of("y", out))) {
                    // written into out
                } catch (OrtException e) {
                    throw new IllegalStateException(e.getMessage(), e);
                }
            };
        } catch (OrtException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static FloatBuffer buffer(MemorySegment m) {
        return m.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** The bytes of an ONNX model (protocol buffers, onnx.proto) with one node, one constant, one input and one output. */
    private static byte[] model(String operator, MemorySegment w, long[] wShape, long[] xShape, long[] yShape, Message... attributes) {
        Message node = new Message().text(1, "x").text(1, "w").text(2, "y").text(4, operator);
        for (Message a : attributes) {
            node.message(5, a);
        }
        Message constant = new Message();
        for (long d : wShape) {
            constant.number(1, d);
        }
        constant.number(2, 1).text(8, "w").bytes(9, w.asByteBuffer()); // 1: 32-bit floats
        Message graph = new Message().message(1, node).text(2, "one").message(5, constant).message(11, value("x", xShape)).message(12, value("y", yShape));
        return new Message().number(1, 8).message(7, graph).message(8, new Message().text(1, "").number(2, 13)).toByteArray();
    }

    private static Message value(String name, long[] shape) {
        Message dims = new Message();
        for (long d : shape) {
            dims.message(1, new Message().number(1, d));
        }
        return new Message().text(1, name).message(2, new Message().message(1, new Message().number(1, 1).message(2, dims)));
    }

    /** A message of protocol buffers as it grows. */
    private static final class Message {

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint(field << 3);
            varint(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
        }

        Message message(int field, Message m) {
            return bytes(field, ByteBuffer.wrap(m.toByteArray()));
        }

        Message bytes(int field, ByteBuffer value) {
            byte[] copy = new byte[value.remaining()];
            value.get(copy);
            varint(field << 3 | 2);
            varint(copy.length);
            out.writeBytes(copy);
            return this;
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }

        private void varint(long value) {
            long rest = value;
            for (; rest >>> 7 != 0; rest >>>= 7) {
                out.write((int) (rest & 0x7F | 0x80));
            }
            out.write((int) rest);
        }
    }
}
