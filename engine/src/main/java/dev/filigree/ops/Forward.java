package dev.filigree.ops;

import dev.filigree.base.Floats;
import dev.filigree.base.Pooling;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Matmul;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.IntStream;

/** The arithmetic of each operation, writing into buffers that the caller owns: shared by running and training. */
public final class Forward {

    /** Features of a panel whose lines stay in the nearest cache while its tokens are written one by one. */
    private static final int NEAR = 64;
    /** Tasks that the gradient of a graph's edges is cut into. */
    private static final int TASKS = 16;

    private final Compute compute;
    private final ImageForward images;
    private final ConcurrentLinkedDeque<Floats> scratch = new ConcurrentLinkedDeque<>();

    public Forward(Compute compute) {
        this.compute = compute;
        this.images = new ImageForward(compute);
    }

    public Compute compute() {
        return compute;
    }

    /** The operations over images. */
    public ImageForward images() {
        return images;
    }

    /** See {@link Ops#embed(List)}; every lane of {@code y} is written, zero past the last token. */
    public void embed(List<Lookup> tables, Value y) {
        int width = y.width();
        compute.parallel().run(y.panels(), p -> {
            Floats panel = y.data().slice(p * y.features() * width, y.features() * width).fill(0f);
            int tokens = Math.min(width, y.tokens() - p * width);
            for (Lookup lookup : tables) {
                Table table = Table.of(lookup.table().forward());
                for (int f = 0; f < y.features(); f += NEAR) {
                    for (int t = 0; t < tokens; t++) {
                        table.addRow(lookup.rows()[p * width + t], f, Math.min(y.features(), f + NEAR), panel, t, width);
                    }
                }
            }
        });
    }

    public void linear(Param weight, Param bias, Activation f, Value x, Value y) {
        Matmul.apply(compute, weight.forward(), bias == null ? null : vector(bias), f, x.data(), y.data(), x.panels(), x.width());
    }

    /** The same and a residual, added while a part of the product is still near. */
    public void linearAdd(Param weight, Param bias, Activation f, Value x, Value residual, Value y) {
        Matmul.apply(compute, weight.forward(), bias == null ? null : vector(bias), f, residual.data(), x.data(), y.data(), x.panels(), x.width());
    }

    public void activate(Activation f, Value x, Value y) {
        int panel = x.features() * x.width();
        compute.parallel().run(x.panels(), p -> compute.kernels().elementwise().activate(f, x.data(), y.data(), p * panel, (p + 1) * panel));
    }

    public void add(Value a, Value b, Value y) {
        int panel = y.features() * y.width();
        compute.parallel().run(y.panels(), p -> compute.kernels().elementwise().add(a.data(), b.data(), y.data(), p * panel, (p + 1) * panel));
    }

    public void subtract(Value a, Value b, Value y) {
        int panel = y.features() * y.width();
        compute.parallel().run(y.panels(), p -> {
            y.data().slice(p * panel, panel).copyFrom(a.data().slice(p * panel, panel));
            compute.kernels().elementwise().axpy(-1, b.data(), y.data(), p * panel, (p + 1) * panel);
        });
    }

    public void multiply(Value a, Value b, Value y) {
        int panel = y.features() * y.width();
        compute.parallel().run(y.panels(), p -> compute.kernels().elementwise().multiply(a.data(), b.data(), y.data(), p * panel, (p + 1) * panel));
    }

    public void scale(float factor, Value x, Value y) {
        int panel = y.features() * y.width();
        compute.parallel().run(y.panels(), p -> {
            y.data().slice(p * panel, panel).fill(0f);
            compute.kernels().elementwise().axpy(factor, x.data(), y.data(), p * panel, (p + 1) * panel);
        });
    }

    /** Copies tokens of {@code x} from {@code from} on, as many as {@code y} has. */
    public void tokens(Value x, int from, Value y) {
        y.clearPadding();
        copyTokens(x, from, y, 0, y.tokens());
    }

    /** Copies features of {@code x} from {@code from} on, as many as {@code y} has. */
    public void features(Value x, int from, Value y) {
        int block = y.features() * y.width();
        compute.parallel().run(y.panels(), p -> y.data().slice(p * block, block).copyFrom(x.data().slice((p * x.features() + from) * x.width(), block)));
    }

    /** See {@link Ops#features(Value, int[])}. */
    public void features(Value x, int[] which, Value y) {
        int width = y.width();
        compute.parallel().run(y.panels(), p -> {
            for (int f = 0; f < which.length; f++) {
                y.data().slice((p * which.length + f) * width, width).copyFrom(x.data().slice((p * x.features() + which[f]) * width, width));
            }
        });
    }

    /** See {@link Ops#pick}. */
    public void pick(Value x, int[] tokens, Value y) {
        y.clearPadding();
        int width = y.width();
        int[] from = Arrays.stream(tokens).map(t -> x.at(t, 0)).toArray();
        compute.parallel().run(y.panels(), p -> {
            int live = Math.min(tokens.length - p * width, width);
            for (int f = 0; f < y.features(); f++) {
                int to = (p * y.features() + f) * width;
                for (int i = 0; i < live; i++) {
                    y.data().set(to + i, x.data().get(from[p * width + i] + f * width));
                }
            }
        });
    }

    /** See {@link Ops#join}. */
    public void join(List<Value> parts, Value y) {
        y.clearPadding();
        int[] at = new int[parts.size() + 1];
        for (int i = 0; i < parts.size(); i++) {
            at[i + 1] = at[i] + parts.get(i).tokens();
        }
        boolean apart = parts.stream().limit(parts.size() - 1).allMatch(p -> p.tokens() % y.width() == 0); // no two parts write to one panel
        if (apart) {
            compute.parallel().run(parts.size(), i -> copyTokens(parts.get(i), 0, y, at[i], parts.get(i).tokens()));
        } else {
            for (int i = 0; i < parts.size(); i++) {
                copyTokens(parts.get(i), 0, y, at[i], parts.get(i).tokens());
            }
        }
    }

    /** Copies {@code count} tokens of {@code x} from {@code from} on over those of {@code y} from {@code to} on; panels of one width. */
    private static void copyTokens(Value x, int from, Value y, int to, int count) {
        int width = x.width();
        if (from % width == 0 && to % width == 0 && count % width == 0) {
            int features = x.features();
            y.data().slice(to * features, count * features).copyFrom(x.data().slice(from * features, count * features));
            return;
        }
        for (int t = 0; t < count;) { // runs that lie in one panel of both
            int run = Math.min(count - t, width - Math.max((from + t) % width, (to + t) % width));
            for (int f = 0; f < x.features(); f++) {
                y.data().slice(y.at(to + t, f), run).copyFrom(x.data().slice(x.at(from + t, f), run));
            }
            t += run;
        }
    }

    /** See {@link Ops#aggregate}; the product runs with features in the place of tokens. */
    public void aggregate(Param adjacency, Value x, Value y) {
        int width = Kernels.widthFor(x.features());
        int panels = Math.ceilDiv(x.features(), width);
        Floats turned = turned(x);
        Floats sums = room(panels * width * x.tokens());
        Matmul.apply(compute, adjacency.forward(), null, Activation.NONE, turned, sums, panels, width);
        y.clearPadding();
        compute.parallel().run(panels, p -> {
            for (int f = p * width; f < Math.min(y.features(), (p + 1) * width); f++) {
                for (int t = 0; t < y.tokens(); t++) {
                    y.data().set(y.at(t, f), sums.get((p * y.tokens() + t) * width + f % width));
                }
            }
        });
        scratch.addLast(turned);
        scratch.addLast(sums);
    }

    /** {@code gradient[i, j] += sum over features of dy[i] x[j]} at the entries of {@code adjacency}, in its slots. */
    public void aggregateGradient(Csr adjacency, Value dy, Value x, Floats gradient) {
        int width = Kernels.widthFor(x.features());
        int panels = Math.ceilDiv(x.features(), width);
        Floats a = turned(dy);
        Floats b = turned(x);
        int step = Math.ceilDiv(adjacency.rows(), TASKS);
        compute.parallel().run(Math.ceilDiv(adjacency.rows(), step), task -> compute.kernels().sparseGradients().csr(adjacency.start(), adjacency.column(), adjacency.chunk(),
                adjacency.rows(), adjacency.cols(), a, b, width, panels, gradient, task * step, Math.min(adjacency.rows(), (task + 1) * step)));
        scratch.addLast(a);
        scratch.addLast(b);
    }

    /** A value as {@code [features/width] [tokens] [width]}, zero in lanes past the last feature; the caller gives it back to the scratch. */
    private Floats turned(Value v) {
        int width = Kernels.widthFor(v.features());
        int panels = Math.ceilDiv(v.features(), width);
        Floats out = room(panels * width * v.tokens());
        compute.parallel().run(panels, p -> {
            for (int f = p * width; f < (p + 1) * width; f++) {
                for (int t = 0; t < v.tokens(); t++) {
                    out.set((p * v.tokens() + t) * width + f % width, f < v.features() ? v.get(t, f) : 0f);
                }
            }
        });
        return out;
    }

    /** So many numbers of any content, or more. */
    private Floats room(int need) {
        Floats room = scratch.pollLast();
        return room == null || room.length() < need ? Floats.allocate(need) : room;
    }

    public void rmsNorm(RmsNorm n, Value x, Value y) {
        Floats gain = vector(n.gain());
        compute.parallel().run(x.panels(), p -> compute.kernels().norms().rmsNorm(x.data(), y.data(), p * x.features() * x.width(), x.features(), x.width(),
                gain, n.eps()));
    }

    public void norm(LayerNorm n, Value x, Value y) {
        Floats gain = vector(n.gain());
        Floats shift = vector(n.shift());
        compute.parallel().run(x.panels(), p -> compute.kernels().norms().layerNorm(x.data(), y.data(), p * x.features() * x.width(), x.features(),
                x.width(), gain, shift, n.eps()));
    }

    public void attend(Heads heads, Value q, Value k, Value v, Spans spans, Value out) {
        out.clearPadding();
        eachHead(heads, spans, (head, from, to, room) -> compute.kernels().attention().attend(q.data(), k.data(), v.data(), out.data(), q.features(),
                q.width(), from, to, head, heads.size(), heads.scale(), heads.causal(), room));
    }

    /** One head of one sequence. */
    @FunctionalInterface
    public interface HeadTask {
        void run(int head, int from, int to, Floats scratch);
    }

    /** Runs {@code task} for every head of every sequence, each with scratch of its own. */
    public void eachHead(Heads heads, Spans spans, HeadTask task) {
        int longest = 0;
        for (int s = 0; s < spans.count(); s++) {
            longest = Math.max(longest, spans.length(s));
        }
        int need = Math.max(1, compute.kernels().attention().scratch(longest, heads.size()));
        compute.parallel().run(spans.count() * heads.count(), i -> {
            int s = i / heads.count();
            Floats room = room(need);
            task.run(i % heads.count(), spans.start()[s], spans.start()[s + 1], room);
            scratch.addLast(room);
        });
    }

    /** See {@link Ops#attend(Heads, Value, Value, Value, Spans, Past)}. */
    public void attend(Heads heads, Value q, Value k, Value v, Spans spans, Past past, Value out) {
        out.clearPadding();
        List<KeyValues> memory = past.sequences();
        for (int s = 0; s < spans.count(); s++) {
            memory.get(s).check(spans.length(s));
        }
        int shared = memory.getFirst().heads();
        compute.parallel().run(spans.count() * shared, i -> memory.get(i / shared).put(i % shared, k, v, spans.start()[i / shared], spans.start()[i / shared + 1]));
        for (int s = 0; s < spans.count(); s++) {
            memory.get(s).grow(spans.length(s));
        }
        int longest = memory.stream().mapToInt(KeyValues::capacity).max().orElseThrow();
        int need = compute.kernels().attention().pastScratch(longest, heads.size());
        compute.parallel().run(spans.count() * heads.count(), i -> {
            int s = i / heads.count();
            Floats room = room(need);
            memory.get(s).attend(compute.kernels().attention(), heads, i % heads.count(), q, spans.start()[s], spans.start()[s + 1], out, room);
            scratch.addLast(room);
        });
    }

    /** See {@link Ops#rotate}; {@code direction} is 1, or -1 for the way back. */
    public void rotate(Rotary r, Value x, int[] positions, int direction, Value y) {
        y.clearPadding();
        int pairs = r.size() / 2;
        int apart = r.apart() * y.width();
        double[] angles = IntStream.range(0, pairs).mapToDouble(i -> direction * r.angle(i)).toArray();
        compute.parallel().run(y.panels(), p -> {
            for (int i = 0; i < pairs; i++) {
                for (int t = p * y.width(); t < Math.min(y.tokens(), (p + 1) * y.width()); t++) {
                    double angle = positions[t] * angles[i];
                    float cos = (float) Math.cos(angle);
                    float sin = (float) Math.sin(angle);
                    for (int f = r.first(i); f < y.features(); f += r.size()) {
                        int at = y.at(t, f);
                        float a = x.data().get(at);
                        float b = x.data().get(at + apart);
                        y.data().set(at, a * cos - b * sin);
                        y.data().set(at + apart, a * sin + b * cos);
                    }
                }
            }
        });
    }

    /** See {@link Ops#repeat}. */
    public void repeat(int size, int times, Value x, Value y) {
        int block = size * x.width();
        compute.parallel().run(x.panels(), p -> {
            for (int g = 0; g < x.features() / size; g++) {
                Floats group = x.data().slice((p * x.features() + g * size) * x.width(), block);
                for (int i = 0; i < times; i++) {
                    y.data().slice((p * y.features() + (g * times + i) * size) * y.width(), block).copyFrom(group);
                }
            }
        });
    }

    /** The way back of {@link #repeat}: the sum of what was repeated. */
    public void sumRepeated(int size, int times, Value dy, Value dx) {
        int block = size * dx.width();
        compute.parallel().run(dx.panels(), p -> {
            for (int g = 0; g < dx.features() / size; g++) {
                Floats sum = dx.data().slice((p * dx.features() + g * size) * dx.width(), block);
                int first = (p * dy.features() + g * times * size) * dy.width();
                sum.copyFrom(dy.data().slice(first, block));
                for (int i = 1; i < times; i++) {
                    compute.kernels().elementwise().axpy(1, dy.data().slice(first + i * block, block), sum, 0, block);
                }
            }
        });
    }

    /** See {@link Ops#pool}; {@code y} has one token a sequence. */
    public void pool(Pooling how, Value x, Spans spans, Value y) {
        y.clearPadding();
        compute.parallel().run(spans.count(), s -> {
            int from = spans.start()[s];
            int to = how == Pooling.CLS ? from + 1 : spans.start()[s + 1];
            for (int f = 0; f < x.features(); f++) {
                float sum = 0;
                for (int t = from; t < to; t++) {
                    sum += x.get(t, f);
                }
                y.data().set(y.at(s, f), sum / (to - from));
            }
        });
    }

    /** See {@link Ops#largest}; {@code y} has one token a sequence. */
    public void largest(Value x, Spans spans, Value y) {
        y.clearPadding();
        compute.parallel().run(spans.count(), s -> {
            for (int f = 0; f < x.features(); f++) {
                y.data().set(y.at(s, f), x.get(largest(x, f, spans.start()[s], spans.start()[s + 1]), f));
            }
        });
    }

    /** Which of some tokens has the largest number of a feature; of equal ones the first. */
    public static int largest(Value x, int feature, int from, int to) {
        int best = from;
        float most = x.get(from, feature);
        for (int t = from + 1; t < to; t++) {
            float v = x.get(t, feature);
            if (v > most) {
                most = v;
                best = t;
            }
        }
        return best;
    }

    public void normalize(Value x, Value y) {
        y.clearPadding();
        for (int t = 0; t < x.tokens(); t++) {
            float scale = (float) (1 / Math.max(1e-12, length(x, t)));
            for (int f = 0; f < x.features(); f++) {
                y.data().set(y.at(t, f), x.get(t, f) * scale);
            }
        }
    }

    /** Euclidean length of one token's vector. */
    public static double length(Value x, int token) {
        double sum = 0;
        for (int f = 0; f < x.features(); f++) {
            double v = x.get(token, f);
            sum += v * v;
        }
        return Math.sqrt(sum);
    }

    /** The values of a bias, gain or shift {@code [n x 1]}. */
    public static Floats vector(Param p) {
        return ((Dense) p.forward()).floats();
    }
}
