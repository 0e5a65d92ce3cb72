package dev.filigree.app.studies;

import dev.filigree.base.Near;
import dev.filigree.base.UserError;
import java.util.List;

/** Every study, once. */
public final class Studies {

    private static final List<Study> ALL = List.of(
            new LotteryTickets(), new LotteryJackpots(), new BiLevelPruning(), new MovementPruning(), new RethinkingPruning(), new Soups(),
            new SapPqi(), new DynamicSparsity(), new GraNetStudy(), new SparseIft(), new SoftShrinkageStudy(), new RandomPruning(),
            new PruningAtBirth(), new RandomSearch(), new LargeSparse(), new NofMFromScratch(), new ProgressiveFlow(), new BothWays(), new Teddy(),
            new QuickSelection(), new Unlearning(), new ContinualDst(), new SparseContinual(), new SparseBayes(), new HiddenActivationReplay(),
            new SparseFinetuning(), new SparsePretraining(), new ParameterSharing(), new LowRankAndSparse(), new ParameterEfficientSparsity(),
            new EssentialSparsity(), new EssentialSparsityBert(), new AdaptiveSparseTraining(), new LayerDistillation(), new MaskSparsityStudy(), new GroupEnvelopeStudy(),
            new LayerTicketsStudy(), new OwnershipStudy(), new ClassDependent(), new GrokkingTickets(), new LazyNeurons(), new RecurrentPruning(),
            new IntrinsicDimension(), new SparseSearch(), new SuperTickets(), new RandomTeachers(), new TenLessons(), new ProgressiveActivity(), new SparsingLaw(),
            new LazyDecoder(), new DecoderDistillation(), new Dsnot(), new SliceGptStudy(), new CfspStudy(), new WeightInformed(), new RankAware(), new SiriusStudy(), new SeismicStudy(), new InterpolatePrf(), new DimBarrier());

    private Studies() {
    }

    public static List<Study> all() {
        return ALL;
    }

    /** The study of this name; throws a {@link UserError} with the near names. */
    public static Study named(String name) {
        List<String> names = ALL.stream().map(s -> s.claim().name()).toList();
        return ALL.stream().filter(s -> s.claim().name().equals(name)).findFirst()
                .orElseThrow(() -> new UserError("unknown study '" + name + "'" + Near.hint(name, names) + " (choices: " + String.join(", ", names) + ")"));
    }
}
