import com.github.tjake.jlama.math.ActivationFunction;
import com.github.tjake.jlama.model.AbstractModel;
import com.github.tjake.jlama.model.DistributedContext;
import com.github.tjake.jlama.model.llama.LlamaConfig;
import com.github.tjake.jlama.model.llama.LlamaModel;
import com.github.tjake.jlama.safetensors.DType;
import com.github.tjake.jlama.safetensors.TensorInfo;
import com.github.tjake.jlama.safetensors.WeightLoader;
import com.github.tjake.jlama.tensor.AbstractTensor;
import com.github.tjake.jlama.tensor.FloatBufferTensor;
import com.github.tjake.jlama.tensor.KvBufferCache;
import com.github.tjake.jlama.tensor.Q4ByteBufferTensor;
import com.github.tjake.jlama.tensor.TensorShape;
import com.github.tjake.jlama.util.PhysicalCoreExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Jlama as a peer in a process of its own: a decoder with random weights, made in memory, one token after the other. Its products of weights in 8
 * bits do not exist; what it calls quantised is weights in 4 bits with a scale for each 32 and activations in 8, and that is measured.
 *
 * <pre>java -cp jlama-core.jar:... JlamaPeer.java THREADS CONTEXT HIDDEN INNER HEADS KEYHEADS LAYERS VOCABULARY</pre>
 */
public final class JlamaPeer implements PeerLoop.Library, WeightLoader {

    private static final int BLOCK = 32;

    private final int context;
    private final int hidden;
    private final int inner;
    private final int heads;
    private final int keyHeads;
    private final int layers;
    private final int vocabulary;
    private final SplittableRandom random = new SplittableRandom(7);

    private JlamaPeer(String[] args) {
        PhysicalCoreExecutor.overrideThreadCount(Integer.parseInt(args[0]));
        System.setProperty("java.util.concurrent.ForkJoinPool.common.parallelism", args[0]);
        context = Integer.parseInt(args[1]);
        hidden = Integer.parseInt(args[2]);
        inner = Integer.parseInt(args[3]);
        heads = Integer.parseInt(args[4]);
        keyHeads = Integer.parseInt(args[5]);
        layers = Integer.parseInt(args[6]);
        vocabulary = Integer.parseInt(args[7]);
    }

    public static void main(String[] args) throws IOException {
        PeerLoop.run(() -> new JlamaPeer(args));
    }

    /** A model whose parts can be reached. */
    private static final class Open extends LlamaModel {

        Open(LlamaConfig config, WeightLoader weights) {
            super(AbstractModel.InferenceType.FULL_GENERATION, config, weights, null, DType.F32, DType.I8, Optional.empty());
        }

        KvBufferCache.KvBuffer memory() {
            return kvBufferCache.getEphemeralKvBuffer();
        }
    }

    @Override
    public PeerLoop.Operation prepare(String[] words) {
        LlamaConfig config = new LlamaConfig(context, hidden, inner, heads, keyHeads, layers, 1e-5f, vocabulary, 1, 2, ActivationFunction.Type.SILU, 10_000.0, null);
        Open model = new Open(config, this);
        KvBufferCache.KvBuffer memory = model.memory();
        AbstractTensor logits = model.makeDenseTensor(1, vocabulary);
        int[] place = {0};
        return new PeerLoop.Operation(() -> {
            int at = place[0]++ % context;
            try (AbstractTensor y = model.forward(at % vocabulary, at, memory, Optional.empty())) {
                model.sample(y, 0f, 0f, logits);
            }
        }, () -> new float[0]);
    }

    @Override
    public void drop() {
        // the process ends with its model
    }

    @Override
    public void close() {
        drop();
    }

    @Override
    public AbstractTensor load(String name, DistributedContext part, boolean rows, boolean columns) {
        if (name.endsWith("norm.weight")) {
            AbstractTensor ones = new FloatBufferTensor(1, hidden);
            for (int i = 0; i < hidden; i++) {
                ((FloatBufferTensor) ones).set(1f, 0, i);
            }
            return ones;
        }
        if (name.startsWith("model.embed")) {
            FloatBufferTensor table = new FloatBufferTensor(vocabulary, hidden);
            for (int i = 0; i < vocabulary; i++) {
                for (int j = 0; j < hidden; j++) {
                    table.set((float) random.nextDouble(-0.03, 0.03), i, j);
                }
            }
            return table;
        }
        int keys = hidden / heads * keyHeads;
        int outputs = name.startsWith("lm_head") ? vocabulary : name.contains("gate") || name.contains("up") ? inner : name.contains("k_proj") || name.contains("v_proj") ? keys : hidden;
        return quarter(outputs, name.contains("down") ? inner : hidden);
    }

    private AbstractTensor quarter(int rows, int cols) {
        ByteBuffer codes = ByteBuffer.allocateDirect(rows * cols / 2 + 64).alignedSlice(64).order(ByteOrder.LITTLE_ENDIAN);
        codes.limit(rows * cols / 2);
        for (int i = 0; i < codes.limit(); i += Long.BYTES) {
            codes.putLong(i, random.nextLong());
        }
        FloatBufferTensor scales = new FloatBufferTensor(rows, cols / BLOCK);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols / BLOCK; j++) {
                scales.set(0x1p-8f, i, j);
            }
        }
        return new Q4ByteBufferTensor("noise", codes.slice().order(ByteOrder.LITTLE_ENDIAN), scales, TensorShape.of(rows, cols), true);
    }

    @Override
    public boolean isWeightPresent(String name) {
        return true;
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public Map<String, TensorInfo> tensorInfoMap() {
        return Map.of();
    }

    @Override
    public DType getModelDType() {
        return DType.Q4;
    }
}
