package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/** Finds every buffer that an object of the engine holds, directly or through others. */
public final class Buffers {

    private Buffers() {
    }

    /** Elements of the largest buffer or array that can be reached from {@code root}. */
    public static int largest(Object root) {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Object> open = new ArrayDeque<>();
        open.push(root);
        int largest = 0;
        while (!open.isEmpty()) {
            Object o = open.pop();
            if (o == null || !seen.add(o)) {
                continue;
            }
            switch (o) {
                case Floats f -> largest = Math.max(largest, f.length());
                case Ints i -> largest = Math.max(largest, i.length());
                case int[] a -> largest = Math.max(largest, a.length);
                case float[] a -> largest = Math.max(largest, a.length);
                case Collection<?> c -> c.forEach(e -> push(open, e));
                case Map<?, ?> m -> m.forEach((k, v) -> {
                    push(open, k);
                    push(open, v);
                });
                default -> fields(o, open);
            }
        }
        return largest;
    }

    private static void push(Deque<Object> open, Object o) {
        if (o != null) {
            open.push(o);
        }
    }

    private static void fields(Object o, Deque<Object> open) {
        for (Class<?> c = o.getClass(); c != null && c.getName().startsWith("dev.filigree"); c = c.getSuperclass()) {
            for (Field f : c.getDeclaredFields()) {
                if (!f.getType().isPrimitive() && !Modifier.isStatic(f.getModifiers())) {
                    try {
                        f.setAccessible(true);
                        push(open, f.get(o));
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                }
            }
        }
    }
}
