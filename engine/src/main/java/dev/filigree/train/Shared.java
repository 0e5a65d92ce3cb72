package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.grad.Gradients;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Elementwise;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Around;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Tiled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A network whose prunable weights all are views into one small array (random parameter sharing; STABLE-RPS, Desai and Shrivastava 2023,
 * arXiv:2310.11611): the weights, in chunks of {@link #CHUNK}, are laid end to end over the array M, lap after lap, each lap in another
 * random order of chunks, {@code W = lambda_l sign M[place]} with a sign for each chunk and a scale for each layer, which gives its values the
 * deviation that they would have been born with. The first lap is in order: with an array as large as the weights this is the plain network.
 *
 * <p>What is kept of the weights is M: {@code 4 |M|} bytes, for places and signs follow from the seed. The same holds for moments of
 * the optimizer. While it is trained, though, products see a dense copy of every weight and there is a dense gradient of each.
 * Train it with {@link #hook}.
 */
public final class Shared extends Around {

    /** Neighbouring values that are placed together. */
    public static final int CHUNK = 64;

    /** Chunks of a task. */
    private static final int TASK = 64;
    private static final int SAMPLE = 4096;

    /** How the gradient of a shared number follows from those of its uses. */
    public enum Pull {
        /** {@code sum lambda sign dW / sum lambda^2}: a number moves as its uses would on average, however many they are and whatever their scale. */
        MEAN,
        /** {@code sum lambda sign dW}, the plain derivative, as ROAST before it has it: the more uses, the longer the steps. */
        SUM
    }

    /** One weight: its chunks are {@code first .. first + chunks} of all. */
    private record Piece(int index, Held weight, int first, int slots, float scale) {

        int chunks() {
            return Math.ceilDiv(slots, CHUNK);
        }
    }

    /**
     * Where chunks of the weights lie in the array.
     *
     * @param sign  of each chunk
     * @param place of each chunk
     * @param chunk by lap and place
     */
    private record Laps(float[] sign, int[] place, int[][] chunk) {

        static Laps of(int all, int chunks, Rng rng) {
            Laps laps = new Laps(new float[all], new int[all], new int[Math.ceilDiv(all, chunks)][chunks]);
            Rng signs = rng.split("signs");
            for (int lap = 0; lap < laps.chunk.length; lap++) {
                int[] order = lap == 0 ? IntStream.range(0, chunks).toArray() : rng.split("lap " + lap).permutation(chunks);
                for (int i = 0; i < chunks; i++) {
                    int q = lap * chunks + i;
                    laps.chunk[lap][order[i]] = q;
                    if (q < all) {
                        laps.place[q] = order[i];
                        laps.sign[q] = lap == 0 || signs.nextLong() < 0 ? 1 : -1;
                    }
                }
            }
            return laps;
        }

        /** Laps that reach a place: all but perhaps the last. */
        int uses(int m) {
            return chunk[chunk.length - 1][m] < place.length ? chunk.length : chunk.length - 1;
        }
    }

    private final Compute compute;
    private final Held memory;
    private final int chunks; // of the array
    private final List<Piece> pieces = new ArrayList<>();
    private final Piece[] pieceOf;
    private final Laps laps;
    private final float[] share; // by place: what the sum of its uses' gradients is multiplied with

    /**
     * Gives the network its first values.
     *
     * @param numbers of M at most; whole chunks of it are used
     * @param spread  deviation of the first values of M: a matter of taste, for scales make up for it
     */
    public Shared(Compute compute, Network network, int numbers, double spread, Pull pull, Rng rng) {
        super(network);
        if (numbers < CHUNK || !(spread > 0 && spread < 1e6)) {
            throw new UserError("parameter sharing: found " + numbers + " numbers of deviation " + spread + ", expected at least " + CHUNK + " and a deviation above 0");
        }
        this.compute = compute;
        new Birth(compute, network, rng.split("birth")); // of what is never pruned
        int all = 0;
        for (Site s : network.sites()) {
            if (s.groups() > 1) {
                throw new UserError("parameter sharing: " + s.name() + " is a convolution in groups, which is sparse by itself; take a network without");
            }
            network.param(s).set(Tiled.room(s.rows(), s.cols()));
            Piece piece = new Piece(pieces.size(), network.param(s), all, Slots.of(network.param(s).forward()).length(), (float) (deviation(s, rng.split("scale")) / spread));
            pieces.add(piece);
            all += piece.chunks();
        }
        this.chunks = Math.min(numbers / CHUNK, all);
        this.laps = Laps.of(all, chunks, rng);
        this.pieceOf = new Piece[all];
        pieces.forEach(p -> Arrays.fill(pieceOf, p.first, p.first + p.chunks(), p));
        this.share = new float[chunks];
        for (int m = 0; m < chunks; m++) {
            double squares = 0;
            for (int lap = 0; lap < laps.uses(m); lap++) {
                squares += Math.pow(pieceOf[laps.chunk[lap][m]].scale, 2);
            }
            share[m] = pull == Pull.MEAN ? (float) (1 / squares) : 1;
        }
        Floats values = Floats.allocate(chunks * CHUNK);
        Rng first = rng.split("values");
        for (int i = 0; i < values.length(); i++) {
            values.set(i, (float) (spread * first.nextGaussian()));
        }
        this.memory = new Held("shared", Dense.of(chunks, CHUNK, values));
        spreadOut();
    }

    /** Deviation that values of the dense weight are born with. */
    private double deviation(Site s, Rng rng) {
        double squares = 0;
        for (int i = 0; i < SAMPLE; i++) {
            double v = network().init(s).draw(rng, s.cols(), (double) s.rows() * s.height() * s.width() / s.groups());
            squares += v * v;
        }
        return Math.sqrt(squares / SAMPLE);
    }

    /** What is kept of the prunable weights. */
    public Held memory() {
        return memory;
    }

    /** Brings every weight up to date with M. */
    private void spreadOut() {
        Floats from = Slots.of(memory.forward());
        Elementwise k = compute.kernels().elementwise();
        for (Piece p : pieces) {
            Floats to = Slots.of(p.weight.forward());
            compute.parallel().run(Math.ceilDiv(p.chunks(), TASK), task -> {
                for (int i = task * TASK; i < Math.min(p.chunks(), (task + 1) * TASK); i++) {
                    int count = Math.min(CHUNK, p.slots - i * CHUNK);
                    Floats out = to.slice(i * CHUNK, count).fill(0f);
                    k.axpy(laps.sign[p.first + i] * p.scale, from.slice(laps.place[p.first + i] * CHUNK, CHUNK), out, 0, count);
                }
            });
            clearPadding((Tiled) p.weight.forward());
        }
    }

    /** Rows that only fill up the last tile are no weights. */
    private static void clearPadding(Tiled w) {
        for (int r = w.rows(); r < Tiled.tiles(w.rows()) * Kernels.TILE_ROWS; r++) {
            for (int c = 0; c < w.cols(); c++) {
                w.tiles().set(w.slot(r, c), 0);
            }
        }
    }

    /** Gathers the gradients of all uses into that of M, lap by lap: in one order on any number of threads. */
    private void gather(Gradients gradients) {
        Elementwise k = compute.kernels().elementwise();
        List<Floats> of = pieces.stream().map(p -> gradients.of(p.weight)).toList();
        Floats out = gradients.of(memory);
        compute.parallel().run(Math.ceilDiv(chunks, TASK), task -> {
            for (int m = task * TASK; m < Math.min(chunks, (task + 1) * TASK); m++) {
                Floats sum = out.slice(m * CHUNK, CHUNK).fill(0f);
                for (int lap = 0; lap < laps.uses(m); lap++) {
                    int chunk = laps.chunk[lap][m];
                    Piece p = pieceOf[chunk];
                    int from = (chunk - p.first) * CHUNK;
                    int count = Math.min(CHUNK, p.slots - from);
                    k.axpy(share[m] * laps.sign[chunk] * p.scale, of.get(p.index).slice(from, count), sum, 0, count);
                }
            }
        });
    }

    @Override
    public List<Held> params() {
        return with(network().params());
    }

    /** The weights too, for their gradients; the hook keeps them from following those. */
    @Override
    public List<Held> trained() {
        return with(network().trained());
    }

    private List<Held> with(List<Held> others) {
        List<Held> all = new ArrayList<>(others);
        all.add(memory);
        return all;
    }

    /** What a loop that trains it needs. It keeps nothing: all of its state is in parameters. */
    public Hook hook() {
        return new Hook() {

            @Override
            public void prepare(Loop loop) {
                pieces.forEach(p -> loop.gradients().freeze(p.weight, true));
            }

            @Override
            public void differentiated(Loop loop, long step) {
                gather(loop.gradients());
            }

            @Override
            public void updated(Loop loop, long step) {
                spreadOut();
            }

            @Override
            public void save(StateWriter out) {
            }

            @Override
            public void load(StateReader in) {
            }
        };
    }
}
