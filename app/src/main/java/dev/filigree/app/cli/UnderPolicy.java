package dev.filigree.app.cli;

import dev.filigree.app.KnownLanguageModel;
import dev.filigree.base.UserError;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Precision;
import dev.filigree.infer.policy.Calibration;
import dev.filigree.infer.policy.Gates;
import dev.filigree.infer.policy.Policies;
import dev.filigree.infer.policy.PolicyFile;
import dev.filigree.infer.policy.Spent;
import dev.filigree.infer.policy.Told;
import dev.filigree.io.text.PlainText;
import dev.filigree.report.Progress;
import dev.filigree.report.Units;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options with which a language model runs under a policy. */
final class UnderPolicy {

    /** Tokens of a sequence of calibration text. */
    private static final int SEQUENCE = 256;
    private static final int TOKENS = 1024;

    @Option(names = "--policy", paramLabel = "POLICY", description = "Leave out inputs of products: teal:50%%, wina:50%%, cats:50%%, r-sparse:50%%, topk:64; see filigree methods policy.")
    private String policy;

    @Option(names = "--calibration", paramLabel = "FILE",
            description = "Text to find the policy's thresholds on (default: those stored beside the model, or else a text that the model tells itself).")
    private Path calibration;

    @Option(names = "--calibration-tokens", paramLabel = "N", description = "Tokens of it (default: 1024).")
    private Integer tokens;

    boolean asked() {
        return policy != null;
    }

    /** The first of its options that was given; null for none. */
    String given() {
        return policy != null ? "--policy" : calibration != null ? "--calibration" : tokens != null ? "--calibration-tokens" : null;
    }

    /** Opens a model, under the policy if there is one. */
    LanguageModel open(String name, Precision precision, Filigree filigree) {
        if (policy == null) {
            if (given() != null) {
                throw new UserError(given() + ": found it without --policy, which would use it; leave it out or give one");
            }
            return KnownLanguageModel.open(name, LanguageModel.Options.threads(filigree.threads()).in(precision));
        }
        Policies.make(policy); // a fault in it before anything is read
        if (tokens != null && tokens < 2) {
            throw new UserError("--calibration-tokens: found " + tokens + ", expected at least 2");
        }
        LanguageModel model = Policies.make(policy).turned() ? turned(name, precision, filigree) : KnownLanguageModel.open(name, LanguageModel.Options.threads(filigree.threads()).in(precision).forPolicy());
        try {
            return model.under(gates(model, KnownLanguageModel.path(name), filigree));
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    private static LanguageModel turned(String name, Precision precision, Filigree filigree) {
        try (LanguageModel whole = KnownLanguageModel.open(name, filigree.threads())) {
            return LanguageModel.turned(whole, precision == null ? Precision.FP32 : precision);
        }
    }

    private Gates gates(LanguageModel model, Optional<Path> path, Filigree filigree) {
        boolean text = Policies.make(policy).needsText();
        Optional<Path> file = text ? path.map(p -> PolicyFile.place(p, policy)) : Optional.empty();
        String checksum = file.isPresent() ? PolicyFile.checksum(path.orElseThrow()) : "";
        Optional<Gates> stored = calibration != null ? Optional.empty() : file.flatMap(f -> PolicyFile.read(f, policy, model.model(), checksum));
        if (stored.isPresent()) {
            return stored.get();
        }
        if (!text) {
            return Gates.of(policy, Calibration.of(model, List.of(), n -> { }));
        }
        List<int[]> sequences = sequences(model, filigree);
        Gates gates;
        try (Progress.Stage stage = filigree.progress().stage("thresholds", model.config().layers())) {
            gates = Gates.of(policy, Calibration.of(model, sequences, stage::add));
        }
        file.ifPresent(f -> {
            try {
                PolicyFile.write(f, gates, checksum);
            } catch (UserError e) {
                filigree.progress().say("thresholds are not kept: " + e.getMessage());
            }
        });
        return gates;
    }

    private List<int[]> sequences(LanguageModel model, Filigree filigree) {
        int tokens = this.tokens == null ? TOKENS : this.tokens;
        if (calibration != null) {
            String text = PlainText.read(calibration);
            if (text.isEmpty()) {
                throw new UserError("--calibration: found nothing in " + calibration + ", expected a text to find thresholds on");
            }
            return Told.of(model, text, tokens, SEQUENCE);
        }
        try (Progress.Stage stage = filigree.progress().stage("calibration text", tokens)) {
            return Told.by(model, tokens, SEQUENCE, filigree.seed(), stage::add);
        }
    }

    /** What the policy did, for a person: the rest of the model counted too. */
    static String line(LanguageModel model, Spent spent) {
        return String.format(Locale.ROOT, "policy %s: %s; %s of weights read for each token", model.gates().orElseThrow().policy(), spent.line(), Units.bytes(read(model, spent)));
    }

    /** The same for JSON. */
    static Map<String, Object> facts(LanguageModel model, Spent spent) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("policy", model.gates().orElseThrow().policy());
        all.put("weights_skipped", spent.share());
        all.put("weight_bytes_read_per_token", read(model, spent));
        Map<String, Object> sites = new LinkedHashMap<>();
        spent.parts().forEach(p -> sites.put(p.site().name(), p.share()));
        all.put("skipped_by_site", sites);
        return all;
    }

    /** Bytes of weights that a token needs on average when it is computed alone. */
    private static long read(LanguageModel model, Spent spent) {
        return Math.round(model.bytesRead() - spent.bytes() + spent.bytesRead());
    }
}
