package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Examples;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;

/** Examples with noise, which a model is to take away again (Vincent et al. 2008, ICML): x is noisy, the targets are clean. */
public final class Denoising implements Batches {

    /** A sum of four uniform numbers has variance 1/3. */
    private static final double SPREAD = Math.sqrt(3);

    private final ExampleBatches clean;
    private final double noise;
    private final Rng rng;
    private Value noisy;

    /**
     * @param noise deviation of what is added to each number
     * @param rng   a stream that nobody else draws from
     */
    public Denoising(Examples examples, int size, double noise, Rng rng) {
        if (!(noise >= 0 && noise < Double.MAX_VALUE)) {
            throw new UserError("noise: found " + noise + ", expected a number of at least 0");
        }
        this.clean = new ExampleBatches(examples, size, rng.split("order"));
        this.noise = noise;
        this.rng = rng.split("noise");
    }

    @Override
    public Samples next() {
        Samples batch = clean.next();
        Value x = batch.x();
        noisy = noisy == null ? x.in(Floats.allocate(x.data().length())) : noisy;
        for (int i = 0; i < x.tokens(); i++) {
            for (int f = 0; f < x.features(); f++) {
                noisy.data().set(noisy.at(i, f), (float) (x.get(i, f) + noise * almostNormal(rng.nextLong())));
            }
        }
        return new Samples(noisy, batch.labels(), x);
    }

    /** Mean 0, deviation 1, as good as normal for noise: the sum of the four quarters of a random word, for a logarithm and a cosine would take longer than a sparse step. */
    private static double almostNormal(long bits) {
        long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
        return SPREAD * (sum * 0x1p-16 - 2);
    }

    @Override
    public int size() {
        return clean.size();
    }

    @Override
    public int count() {
        return clean.count();
    }

    @Override
    public long epoch() {
        return clean.epoch();
    }

    @Override
    public String fingerprint() {
        return clean.fingerprint() + ", noise " + noise;
    }

    @Override
    public void save(StateWriter out) {
        clean.save(out);
        out.put("noise", rng.state());
    }

    @Override
    public void load(StateReader in) {
        clean.load(in);
        rng.restore(in.integer("noise"));
    }
}
