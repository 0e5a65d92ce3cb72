package dev.filigree.app.decode;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.infer.Precision;
import dev.filigree.infer.policy.Calibration;
import dev.filigree.infer.policy.Gates;
import dev.filigree.io.DecoderConfig;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Llama;
import dev.filigree.report.Progress;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures decoding: for each number of bits a dense model, one of 16x1 blocks of which 80 % are zero, and one under a policy that leaves out half of the inputs, in
 * alternating rounds; what others make of the same shape comes from {@link Peers}.
 *
 * @param prompt  tokens of the prompt
 * @param rounds  timed rounds of each contestant
 * @param seconds of a round, about
 * @param threads the most; one is measured too
 * @param others  whether other engines are measured
 */
public record DecodeRun(DecoderConfig config, int prompt, int rounds, double seconds, int threads, boolean others) {

    static final String DENSE = "dense";
    static final String BLOCKS = "16x1, 80 % zero";
    static final String HALF = "half of inputs zero";
    private static final String POLICY = "teal(sparsity=50%,allocation=uniform)";
    /** Tokens on which its thresholds are found. */
    private static final int CALIBRATION = 64;
    private static final int HEIGHT = 16;
    private static final double SPARSITY = 0.8;

    /** Rounds of prompts: each takes long. */
    private static final int PROMPTS = 3;

    /** Measures everything. */
    public DecodeReport run(Progress progress) {
        try (Peers peers = new Peers(config)) {
            return run(progress, peers);
        }
    }

    private DecodeReport run(Progress progress, Peers peers) {
        List<Speed> speeds = new ArrayList<>();
        List<PromptSpeed> prompts = new ArrayList<>();
        Map<String, Double> zero = new LinkedHashMap<>();
        List<Integer> counts = Stream.of(1, threads).distinct().toList();
        for (Precision p : Precision.values()) {
            try (Progress.Stage stage = progress.stage(p.label(), (long) counts.size() * (rounds + 1)); Arena arena = Arena.ofShared()) {
                RandomWeights random = new RandomWeights(arena);
                RandomWeights.Form dense = RandomWeights.dense(p);
                RandomWeights.Form skipping = RandomWeights.skipping(p, threads);
                Llama plain = random.model(config, dense, dense);
                Llama half = random.model(config, skipping, dense);
                Map<String, Entrant> entrants = new LinkedHashMap<>();
                entrants.put(DENSE, new Entrant(plain, null));
                entrants.put(BLOCKS, new Entrant(random.model(config, RandomWeights.blocks(p, HEIGHT, SPARSITY), dense), null));
                entrants.put(HALF, new Entrant(half, gates(half)));
                for (int count : counts) {
                    try (Parallel parallel = new Parallel(count)) {
                        Compute compute = new Compute(Kernels.best(), parallel);
                        speeds.addAll(speeds(entrants, p, compute, peers, zero, stage));
                        prompts.add(PromptSpeed.of(plain, p, compute, prompt, Math.min(PROMPTS, rounds)));
                        stage.add(1);
                    }
                }
            }
        }
        return new DecodeReport(this, speeds, prompts, zero, peers.absent());
    }

    /** A model of ours, and the policy under which it runs, or null. */
    private record Entrant(CausalModel model, Gates gates) {
    }

    /** Half of the inputs of each weight, found on tokens at random: weights are random too. */
    private Gates gates(CausalModel model) {
        int[] tokens = new Rng(11).permutation(config.vocab());
        try (Parallel parallel = new Parallel(threads)) {
            return Gates.of(POLICY, new Calibration(model, new Compute(Kernels.best(), parallel), List.of(Arrays.copyOf(tokens, Math.min(tokens.length, CALIBRATION))), n -> { }));
        }
    }

    private List<Speed> speeds(Map<String, Entrant> entrants, Precision p, Compute compute, Peers peers, Map<String, Double> zero, Progress.Stage stage) {
        int count = compute.parallel().threads();
        List<Contestant> ours = new ArrayList<>();
        List<Peers.Peer> theirs = others ? peers.start(p, count) : List.of();
        try {
            entrants.forEach((name, e) -> ours.add(new Contestant(name, p, e.model, e.gates, count)));
            ours.forEach(c -> c.warm(seconds));
            theirs.forEach(c -> c.warm(seconds));
            for (int r = 0; r < rounds; r++) {
                ours.forEach(c -> c.round(compute));
                theirs.forEach(c -> c.round(seconds));
                stage.add(1);
            }
            ours.forEach(c -> c.spent().ifPresent(s -> zero.put(p.label(), s.share())));
            List<Speed> all = new ArrayList<>(ours.stream().map(Contestant::speed).toList());
            theirs.forEach(c -> c.report(all));
            return all;
        } finally {
            ours.forEach(Contestant::close);
            theirs.forEach(Peers.Peer::close);
        }
    }
}
