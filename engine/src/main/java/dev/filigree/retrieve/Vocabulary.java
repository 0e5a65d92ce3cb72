package dev.filigree.retrieve;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The terms of a collection and their numbers: a term's number is its place in the list. */
public final class Vocabulary {

    private final List<String> terms;
    private final Map<String, Integer> numbers;

    public Vocabulary(List<String> terms) {
        this.terms = List.copyOf(terms);
        this.numbers = HashMap.newHashMap(terms.size());
        for (int i = 0; i < this.terms.size(); i++) {
            if (numbers.put(this.terms.get(i), i) != null) {
                throw new IllegalArgumentException("the vocabulary holds \"" + this.terms.get(i) + "\" twice");
            }
        }
    }

    public int size() {
        return terms.size();
    }

    public String term(int number) {
        return terms.get(number);
    }

    public OptionalInt number(String term) {
        Integer n = numbers.get(term);
        return n == null ? OptionalInt.empty() : OptionalInt.of(n);
    }
}
