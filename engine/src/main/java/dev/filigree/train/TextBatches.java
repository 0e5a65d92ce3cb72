package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.TextData;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Carry;
import dev.filigree.ops.Text;
import java.util.AbstractList;
import java.util.List;

/**
 * Windows of a running text: each row of a batch is a stream of its own that goes on in the next batch, so that a recurrent
 * model may carry its state. Each epoch begins at another place of the first window and with an empty state. Where the vocabulary has a
 * token that begins a text, that begins each window, and what follows it is the window's first token: so is a language model asked.
 */
public final class TextBatches implements Batches {

    private final TextData text;
    private final int rows;
    private final int steps;
    private final Rng rng;
    private final Carry carry = new Carry();
    private long epoch = -1;
    private int offset;
    private int window;

    /**
     * @param rows  streams side by side
     * @param steps tokens of a window
     * @param rng   a stream that nobody else draws from
     */
    public TextBatches(TextData text, int rows, int steps, Rng rng) {
        if (rows < 1 || steps < 1 || text.ids().length / Math.max(1, rows) < 2L * steps + 1) {
            throw new UserError("--batch: found " + rows + " rows of windows of " + steps + " tokens for a text of " + text.ids().length + " tokens, "
                    + "expected at least two windows a row; take a smaller batch or a longer text");
        }
        this.text = text;
        this.rows = rows;
        this.steps = steps;
        this.rng = rng;
    }

    @Override
    public Text next() {
        if (epoch < 0 || window == windows()) {
            epoch++;
            window = 0;
            offset = rng.nextInt(steps);
            carry.clear();
        }
        return window(text, rows, steps, offset + steps * window++, carry);
    }

    /** All whole windows, for looks at quality: to be read in order, for they carry a state, which is empty at the first. */
    public static List<Batch> all(TextData text, int rows, int steps) {
        int count = (text.ids().length / rows - 1) / steps;
        Carry carry = new Carry();
        return new AbstractList<>() {
            @Override
            public Batch get(int i) {
                if (i == 0) {
                    carry.clear();
                }
                return window(text, rows, steps, i * steps, carry);
            }

            @Override
            public int size() {
                return count;
            }
        };
    }

    private static Text window(TextData text, int rows, int steps, int at, Carry carry) {
        int stream = text.ids().length / rows;
        int[] ids = new int[rows * steps];
        int[] next = new int[rows * steps];
        int begin = text.vocabulary().begin();
        int shift = begin < 0 ? 0 : 1; // what begins a window stands before its first token
        for (int r = 0; r < rows; r++) {
            for (int s = 0; s < steps; s++) {
                int i = r * steps + s;
                int here = r * stream + at + s - shift;
                ids[i] = s < shift ? begin : text.ids()[here];
                next[i] = text.ids()[here + 1];
            }
        }
        return new Text(rows, steps, ids, next, carry);
    }

    /** Windows of a stream in an epoch, wherever that begins. */
    private int windows() {
        return (text.ids().length / rows - steps) / steps;
    }

    @Override
    public int size() {
        return rows;
    }

    @Override
    public int count() {
        return Math.multiplyExact(windows(), rows);
    }

    @Override
    public long epoch() {
        return Math.max(0, epoch);
    }

    @Override
    public String fingerprint() {
        return text.fingerprint() + " in " + rows + " x " + steps;
    }

    @Override
    public void save(StateWriter out) {
        out.put("epoch", epoch);
        out.put("offset", offset);
        out.put("window", window);
        out.put("stream", rng.state());
        out.put("carried", String.join("\n", carry.states().keySet()));
        carry.states().forEach((name, state) -> out.in("carry").put(name, state));
    }

    @Override
    public void load(StateReader in) {
        epoch = in.integer("epoch");
        offset = Math.toIntExact(in.integer("offset"));
        window = Math.toIntExact(in.integer("window"));
        if (offset < 0 || offset >= steps || window < 0 || window > windows()) {
            throw in.damaged("window", "is " + window + " at " + offset + ", expected at most " + windows() + " below " + steps);
        }
        rng.restore(in.integer("stream"));
        carry.clear();
        in.text("carried").lines().forEach(name -> {
            Floats state = in.in("carry").floats(name);
            carry.states().put(name, state);
        });
    }
}
