package dev.filigree.train.tuning;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.base.UserError;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.DType;
import dev.filigree.io.Safetensors;
import dev.filigree.io.StoredTensor;
import dev.filigree.model.Branch;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A change of a network in a safetensors file of its own. Part i of site s is under {@code s/i/}: two matrices {@code low.in [rank x inputs]} and
 * {@code low.out [outputs x rank]}, or {@code columns} and {@code values [outputs x columns]}, or, for single weights, {@code values} row by row and
 * {@code gaps} in 16 bits: how many positions lie between one and the next, where 65535 means as many and no value, to be gone on from.
 */
public final class ChangeFile {

    private static final String FORMAT = "filigree-change-1";
    private static final int ON = Shorts.RANGE - 1;

    private ChangeFile() {
    }

    /** Writes a change, in one move. */
    public static void write(Path file, Map<String, List<Branch>> change) {
        List<StoredTensor> tensors = new ArrayList<>();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("format", FORMAT);
        change.forEach((site, branches) -> {
            for (int i = 0; i < branches.size(); i++) {
                String at = site + "/" + i;
                switch (branches.get(i)) {
                    case Branch.LowRank b -> {
                        facts.put(at, "low-rank " + b.scale());
                        tensors.add(dense(at + "/low.in", b.a().backward()));
                        tensors.add(dense(at + "/low.out", b.b().backward()));
                    }
                    case Branch.Columns b -> {
                        facts.put(at, "columns " + b.scale());
                        Ints columns = Ints.of(b.columns());
                        tensors.add(new StoredTensor(at + "/columns", DType.I32, new long[] {columns.length()}, columns.segment()));
                        tensors.add(dense(at + "/values", b.weight().backward()));
                    }
                    case Branch.Product b -> {
                        facts.put(at, "sparse 1");
                        Topology live = Topology.of(b.weight().backward());
                        Shorts gaps = gaps(live);
                        tensors.add(new StoredTensor(at + "/gaps", DType.U16, new long[] {gaps.length()}, gaps.segment()));
                        tensors.add(StoredTensor.of(at + "/values", Layout.canonical(b.weight().backward(), live), live.count()));
                    }
                }
            }
        });
        Safetensors.write(file, tensors, facts);
    }

    private static StoredTensor dense(String name, Weight w) {
        Floats values = Floats.allocate(w.rows() * w.cols());
        w.forEach((r, c, slot, v) -> values.set(r * w.cols() + c, v));
        return StoredTensor.of(name, values, w.rows(), w.cols());
    }

    private static Shorts gaps(Topology live) {
        List<Integer> gaps = new ArrayList<>();
        long next = 0; // the position that a gap of 0 means
        for (int r = 0; r < live.rows(); r++) {
            for (int j = live.start().get(r); j < live.start().get(r + 1); j++) {
                long position = (long) r * live.cols() + live.column().get(j);
                for (; position - next >= ON; next += ON) {
                    gaps.add(ON);
                }
                gaps.add((int) (position - next));
                next = position + 1;
            }
        }
        return Shorts.of(gaps.stream().mapToInt(g -> g).toArray());
    }

    /**
     * Reads a change.
     *
     * @param network that it is for, whose sites say what fits
     * @throws UserError the file is no change, is damaged, or is for another network
     */
    public static Map<String, List<Branch>> read(Path file, Network network) {
        try (Checkpoint stored = Safetensors.read(file)) {
            if (!FORMAT.equals(stored.metadata().get("format"))) {
                throw new UserError(file + ": found format '" + stored.metadata().getOrDefault("format", "(none)") + "', expected '" + FORMAT + "'; this is not the change of a network");
            }
            Map<String, StoredTensor> tensors = new LinkedHashMap<>();
            stored.tensors().forEach(t -> tensors.put(t.name(), t));
            Map<String, List<Branch>> change = new LinkedHashMap<>();
            int read = 0;
            for (Site s : network.sites()) {
                List<Branch> branches = new ArrayList<>();
                for (String kind; (kind = stored.metadata().get(s.name() + "/" + branches.size())) != null; read++) {
                    branches.add(new Part(file, tensors, s, s.name() + "/" + branches.size()).read(kind));
                }
                if (!branches.isEmpty()) {
                    change.put(s.name(), branches);
                }
            }
            if (read != stored.metadata().size() - 1) {
                throw new UserError(file + ": found " + (stored.metadata().size() - 1) + " parts, of which " + read + " are for weights of this network; it is the change of another one");
            }
            return change;
        }
    }

    /** One part of a file. */
    private record Part(Path file, Map<String, StoredTensor> tensors, Site site, String at) {

        Branch read(String kind) {
            String[] words = kind.split(" ");
            return switch (words[0]) {
                case "low-rank" -> {
                    StoredTensor in = tensor("low.in", DType.F32);
                    StoredTensor out = tensor("low.out", DType.F32);
                    long rank = in.shape().length == 2 ? in.shape()[0] : 0;
                    yield new Branch.LowRank(dense("low.in", in, rank, site.cols()), dense("low.out", out, site.rows(), rank), scale(words));
                }
                case "columns" -> {
                    StoredTensor columns = tensor("columns", DType.I32);
                    int[] chosen = new int[(int) columns.elements()];
                    for (int i = 0; i < chosen.length; i++) {
                        chosen[i] = (int) columns.get(i);
                        if (chosen[i] < 0 || chosen[i] >= site.cols() || i > 0 && chosen[i] <= chosen[i - 1]) {
                            throw damaged("columns", "holds " + chosen[i] + " at " + i + ", expected ascending numbers below " + site.cols());
                        }
                    }
                    yield new Branch.Columns(dense("values", tensor("values", DType.F32), site.rows(), chosen.length), chosen, scale(words));
                }
                case "sparse" -> {
                    Topology live = live(tensor("gaps", DType.U16));
                    StoredTensor values = tensor("values", DType.F32);
                    if (values.elements() != live.count()) {
                        throw damaged("values", "has " + values.elements() + " numbers for " + live.count() + " positions");
                    }
                    yield new Branch.Product(new Held(at, Layout.CSR.pack(Arena.ofAuto(), live, values.toFloats(Arena.ofAuto()))));
                }
                default -> throw damaged("", "is of kind '" + String.format(Locale.ROOT, "%.40s", kind) + "', expected low-rank, columns or sparse");
            };
        }

        private Topology live(StoredTensor gaps) {
            Topology.Builder b = new Topology.Builder(site.rows(), site.cols(), (int) Math.min(gaps.elements(), site.positions()));
            long next = 0;
            for (long i = 0; i < gaps.elements(); i++) {
                int gap = (int) gaps.get(i);
                next += gap;
                if (next >= site.positions()) {
                    throw damaged("gaps", "lead to position " + next + ", expected less than " + site.positions());
                }
                if (gap < ON) {
                    b.add((int) (next / site.cols()), (int) (next % site.cols()));
                    next++;
                }
            }
            return b.build();
        }

        private Held dense(String name, StoredTensor t, long rows, long cols) {
            long[] shape = t.shape();
            if (shape.length != 2 || shape[0] != rows || shape[1] != cols || rows < 1 || cols < 1) {
                throw damaged(name, "is " + t.shapeText() + ", expected [" + rows + " x " + cols + "]");
            }
            Tiled w = Tiled.room((int) rows, (int) cols);
            Floats tiles = w.tiles();
            w.forEach((r, c, slot, v) -> tiles.set(slot, (float) t.get(r * cols + c)));
            return new Held(at + "/" + name, w);
        }

        private float scale(String[] words) {
            try {
                return Float.parseFloat(words[words.length - 1]);
            } catch (NumberFormatException e) {
                throw damaged("", "has the scale '" + String.format(Locale.ROOT, "%.40s", words[words.length - 1]) + "', expected a number");
            }
        }

        private StoredTensor tensor(String name, DType type) {
            StoredTensor t = tensors.get(at + "/" + name);
            if (t == null || t.type() != type) {
                throw damaged(name, t == null ? "is missing" : "is of type " + t.type() + ", expected " + type);
            }
            return t;
        }

        private UserError damaged(String name, String what) {
            return new UserError(file + ": " + at + (name.isEmpty() ? "" : "/" + name) + " " + what + "; the file is damaged, or is the change of another network");
        }
    }
}
