package dev.filigree.model;

import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Window;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Stages of 3x3 convolutions, each ended by the largest of 2x2 pixels (Simonyan and Zisserman 2015, arXiv:1409.1556), with
 * batch normalisation, and as usual for small images the mean of each channel, dropout and one linear layer in place of
 * three. A block is one convolution.
 */
public final class Vgg extends ImageNetwork {

    private static final Window HALVED = new Window(2, 2, 2, 1, 0, 0);

    private final List<Normed> convs = new ArrayList<>();
    private final List<Boolean> last = new ArrayList<>(); // whether a convolution ends its stage
    private final List<List<Integer>> stages;
    private final double dropout;
    private final Linear output;

    /**
     * @param stages  channels of each convolution of each stage; VGG-16 has {@code 64 64, 128 128, 256 256 256, 512 512 512,
     *                512 512 512}
     * @param dropout share of the means that is dropped before the linear layer
     */
    public Vgg(Shape input, int classes, List<List<Integer>> stages, double dropout) {
        super(input, classes);
        if (stages.isEmpty() || stages.stream().anyMatch(s -> s.isEmpty() || s.stream().anyMatch(c -> c < 1)) || !(dropout >= 0 && dropout < 1)) {
            throw new UserError("vgg: found stages " + stages + " and dropout " + dropout + ", expected channels of at least 1 and a share in [0, 1)");
        }
        if (Math.min(input.height(), input.width()) >> stages.size() == 0) {
            throw new UserError("vgg: found images of " + input + " and " + stages.size() + " stages, each of which halves them; use fewer stages");
        }
        this.stages = stages.stream().map(List::copyOf).toList();
        int inputs = input.channels();
        for (List<Integer> stage : stages) {
            for (int i = 0; i < stage.size(); i++) {
                convs.add(conv("conv." + convs.size(), convs.size(), Role.CONVOLUTION, stage.get(i), inputs, Window.square(3, 1)));
                last.add(i == stage.size() - 1);
                inputs = stage.get(i);
            }
        }
        this.dropout = dropout;
        this.output = linear(new Site("output.weight", convs.size(), Role.OUTPUT, classes, inputs), new Init.Kaiming(1));
    }

    @Override
    public List<Coupling> couplings() {
        List<Coupling> all = new ArrayList<>();
        List<Integer> channels = stages.stream().flatMap(List::stream).toList();
        for (int i = 0; i < convs.size(); i++) {
            Coupling.Builder made = new Coupling.Builder("conv." + i, channels.get(i), 1).madeBy(convs.get(i));
            all.add((i + 1 < convs.size() ? made.readBy(convs.get(i + 1)) : made.readBy(output.weight(), 1)).build());
        }
        return all;
    }

    @Override
    public Vgg narrowed(List<Integer> channels) {
        List<List<Integer>> narrow = new ArrayList<>();
        int at = 0;
        for (List<Integer> stage : stages) {
            narrow.add(channels.subList(at, at + stage.size()));
            at += stage.size();
        }
        return new Vgg(input(), classes(), narrow, dropout);
    }

    @Override
    public int blocks() {
        return convs.size();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        Value y = run(ops, convs.get(i), true, x, null);
        if (!last.get(i)) {
            return y;
        }
        Value halved = ops.maxPool(HALVED, y);
        ops.release(y);
        return halved;
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        return classify(ops, output, dropout, x);
    }
}
