package dev.filigree.model;

import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Residual networks for small images (He et al. 2016, arXiv:1512.03385, section 4.2): a 3x3 convolution, three stages of
 * {@code n} blocks of two 3x3 convolutions, the mean of each channel, a linear layer; {@code 6n + 2} layers. Where a stage
 * begins with a stride the shortcut is a 1x1 convolution with batch normalisation (option B).
 */
public final class ResNet extends ResidualNetwork {

    private final List<Integer> stages; // channels that are joined by the sums of each stage
    private final List<Integer> inner; // channels between the convolutions of each block; 0 where the block was left out
    private final List<Block> made = new ArrayList<>(); // one for each number of inner; null where the block was left out

    /**
     * @param depth 20, 32, 44, 56 ...: {@code 6n + 2}
     * @param width channels of the first stage, 16 in the paper; each further stage has twice as many
     */
    public ResNet(Shape input, int classes, int depth, int width) {
        this(input, classes, stages(checked(depth, width)), stages(width).stream().flatMap(w -> Collections.nCopies((depth - 2) / 6, w).stream()).toList());
    }

    private ResNet(Shape input, int classes, List<Integer> stages, List<Integer> inner) {
        super(input, classes, stages.getFirst());
        this.stages = List.copyOf(stages);
        this.inner = List.copyOf(inner);
        int inputs = stages.getFirst();
        for (int i = 0; i < inner.size(); i++) {
            int outputs = stages.get(stage(i));
            made.add(inner.get(i) == 0 ? null : block(i, inputs, inner.get(i), outputs));
            inputs = outputs;
        }
        made.stream().filter(Objects::nonNull).forEach(this::add);
        classify(classes, inputs);
    }

    /** Its parameters are called after its place among all blocks, those left out too. */
    private Block block(int place, int inputs, int inside, int outputs) {
        int at = 1 + (int) made.stream().filter(Objects::nonNull).count();
        int stride = projected(place) ? 2 : 1;
        String name = "block." + (place + 1);
        return new Block(List.of(conv(name + ".first", at, Role.CONVOLUTION, inside, inputs, Window.square(3, stride)),
                conv(name + ".second", at, Role.CONVOLUTION, outputs, inside, Window.square(3, 1))),
                stride == 1 ? null : conv(name + ".shortcut", at, Role.SHORTCUT, outputs, inputs, Window.square(1, stride)));
    }

    private int stage(int place) {
        return place / (inner.size() / STAGES);
    }

    /** Whether a block begins a stage and so halves the image. */
    private boolean projected(int place) {
        return place > 0 && stage(place) != stage(place - 1);
    }

    /** One for each stage, which its sums join, followed by those inside of its blocks; a block without any of them is left out. */
    @Override
    public List<Coupling> couplings() {
        List<Coupling.Builder> joined = new ArrayList<>();
        for (int s = 0; s < STAGES; s++) {
            joined.add(new Coupling.Builder("stage." + s, stages.get(s), 1));
        }
        joined.getFirst().madeBy(stem());
        joined.getLast().readBy(output().weight(), 1);
        List<List<Coupling>> inside = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < made.size(); i++) {
            Coupling.Builder own = new Coupling.Builder("block." + (i + 1), inner.get(i), projected(i) ? 1 : 0);
            Block b = made.get(i);
            if (b != null) {
                Coupling.Builder before = joined.get(projected(i) ? stage(i) - 1 : stage(i)).readBy(b.convolutions().getFirst());
                joined.get(stage(i)).madeBy(b.convolutions().getLast());
                own.madeBy(b.convolutions().getFirst()).readBy(b.convolutions().getLast());
                if (b.shortcut() != null) {
                    before.readBy(b.shortcut());
                    joined.get(stage(i)).madeBy(b.shortcut());
                }
            }
            inside.get(stage(i)).add(own.build());
        }
        return IntStream.range(0, STAGES).boxed().flatMap(s -> Stream.concat(Stream.of(joined.get(s).build()), inside.get(s).stream())).toList();
    }

    @Override
    public ResNet narrowed(List<Integer> channels) {
        int each = 1 + inner.size() / STAGES;
        return new ResNet(input(), classes(), IntStream.range(0, STAGES).mapToObj(s -> channels.get(s * each)).toList(),
                IntStream.range(0, channels.size()).filter(i -> i % each != 0).mapToObj(channels::get).toList());
    }

    private static List<Integer> stages(int width) {
        return IntStream.range(0, STAGES).mapToObj(s -> width << s).toList();
    }

    /** The width, where it and the depth can be. */
    private static int checked(int depth, int width) {
        if (depth < 8 || (depth - 2) % 6 != 0 || width < 1) {
            throw new UserError("resnet: found " + depth + " layers of width " + width + ", expected 8, 14, 20, 26, 32 ... layers and a width of at least 1");
        }
        return width;
    }
}
