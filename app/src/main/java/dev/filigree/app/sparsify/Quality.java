package dev.filigree.app.sparsify;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Map;

/** How well a model does, on text that no stage of pruning or recovery has seen. */
@JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
@JsonSubTypes({@JsonSubTypes.Type(Closeness.class), @JsonSubTypes.Type(Foresight.class), @JsonSubTypes.Type(Retrieval.class)})
public sealed interface Quality permits Closeness, Foresight, Retrieval {

    /** What separates methods: the higher, the nearer to the dense model. */
    double nearness();

    /** What share of the dense model's use is kept. */
    double kept(Quality dense);

    /** Least share kept at which a model is called as good as the dense one for what it is used for. */
    double enough();

    /** In words. */
    String said();

    /** {@link #nearness} in words. */
    String near();

    /** What a verdict says of it. */
    String against(Quality dense);

    /** Why a model that keeps less than {@link #enough} is not to be used. */
    String tooLittle(Quality dense);

    /** What a model that keeps {@link #enough} keeps. */
    String keeps();

    /** Large figures of a page, and what each is. */
    Map<String, String> figures(Quality dense);

    /** What {@link #nearness} measures. */
    String scale();

    /** What speed counts. */
    String counts();
}
