package dev.filigree.langchain4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.io.EncoderConfig;
import dev.filigree.io.EncoderNames;
import dev.filigree.io.ModelFolder;
import dev.filigree.io.StoredTensor;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.store.embedding.CosineSimilarity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FiligreeEmbeddingModelTest {

    private static final EncoderConfig CONFIG = new EncoderConfig(8, 2, 2, 12, 8, 16, 2, 1e-12f, Pooling.MEAN, true);

    private static final String TOKENIZER = """
            {"version": "1.0",
             "normalizer": {"type": "BertNormalizer", "lowercase": true, "clean_text": true, "handle_chinese_chars": true},
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "post_processor": {"type": "BertProcessing", "cls": ["[CLS]", 2], "sep": ["[SEP]", 3]},
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
               "max_input_chars_per_word": 100,
               "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "trees": 4, "grow": 5, "in": 6, "rain": 7}}}
            """;

    @TempDir
    private Path folder;
    private FiligreeEmbeddingModel model;

    @BeforeEach
    void writeATinyEncoder() {
        Path tiny = folder.resolve("tiny");
        Rng rng = new Rng(3);
        List<StoredTensor> tensors = new ArrayList<>();
        EncoderNames.parameters(CONFIG).forEach((name, shape) -> {
            float[] values = new float[(int) (shape[0] * (shape.length > 1 ? shape[1] : 1))];
            for (int i = 0; i < values.length; i++) {
                values[i] = rng.nextFloat() - 0.5f;
            }
            tensors.add(StoredTensor.of(name, Floats.of(values), shape));
        });
        ModelFolder.write(tiny, CONFIG, TOKENIZER.getBytes(StandardCharsets.UTF_8), tensors, Map.of(), Map.of());
        model = FiligreeEmbeddingModel.open(tiny);
    }

    @AfterEach
    void close() {
        model.close();
    }

    @Test
    void everyWayToAskGivesTheEncodersVector() {
        float[] expected;
        try (SentenceEncoder encoder = SentenceEncoder.open(folder.resolve("tiny"), 1)) {
            expected = encoder.embed("Trees grow");
        }
        EmbeddingModel asked = model;
        assertArrayEquals(expected, asked.embed("Trees grow").content().vector());
        assertArrayEquals(expected, asked.embed(TextSegment.from("Trees grow")).content().vector());
        EmbeddingResponse response = asked.embed(EmbeddingRequest.builder().input("Trees grow").build());
        assertArrayEquals(expected, response.embeddings().getFirst().vector());
        assertEquals("tiny", response.metadata().modelName());
        assertEquals(8, asked.dimension());
    }

    @Test
    void manyTextsComeBackInTheirOrderWithTheTokensCounted() {
        List<TextSegment> texts = List.of(TextSegment.from("rain"), TextSegment.from("trees grow in rain"),
                TextSegment.from("unheard words"));
        Response<List<Embedding>> response = model.embedAll(texts);
        assertEquals(3, response.content().size());
        assertEquals(3 + 6 + 4, response.tokenUsage().inputTokenCount()); // [CLS] and [SEP] around each text
        for (int i = 0; i < texts.size(); i++) {
            Embedding alone = model.embed(texts.get(i)).content();
            assertEquals(1, CosineSimilarity.between(alone, response.content().get(i)), 1e-6);
            assertEquals(8, alone.dimension());
        }
        assertEquals(List.of(), model.embedAll(List.of()).content());
    }

    @Test
    void oneModelServesManyThreads() throws Exception {
        float[] expected = model.embed("trees grow in rain").content().vector();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<float[]> ask = () -> model.embed("trees grow in rain").content().vector();
            List<Future<float[]>> answers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                answers.add(threads.submit(ask));
            }
            for (Future<float[]> answer : answers) {
                assertArrayEquals(expected, answer.get());
            }
        }
    }

    @Test
    void aMissingModelIsOneLine() {
        UserError e = assertThrows(UserError.class, () -> FiligreeEmbeddingModel.open(folder.resolve("absent")));
        assertTrue(e.getMessage().contains("absent") && e.getMessage().lines().count() == 1, e.getMessage());
    }
}
