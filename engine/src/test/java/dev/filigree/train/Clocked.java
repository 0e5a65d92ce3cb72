package dev.filigree.train;

import dev.filigree.kernel.Kernels;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Kernels that tell how much time of threads each of their methods takes. */
final class Clocked {

    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean(); // of the thread: neighbours do not count

    private final Map<String, LongAdder> nanos = new ConcurrentHashMap<>();
    private final Kernels kernels;

    Clocked(Kernels real) {
        this.kernels = timed(real);
    }

    Kernels kernels() {
        return kernels;
    }

    void clear() {
        nanos.clear();
    }

    /** Prints each kernel's share, the largest first. */
    void print(int steps) {
        long total = nanos.values().stream().mapToLong(LongAdder::sum).sum();
        nanos.entrySet().stream().sorted((a, b) -> Long.compare(b.getValue().sum(), a.getValue().sum())).forEach(e -> System.out.printf(Locale.ROOT,
                "  %-36s %7.2f ms of thread time a step  %4.1f %%%n", e.getKey(), e.getValue().sum() * 1e-6 / steps, 100.0 * e.getValue().sum() / total));
        System.out.printf(Locale.ROOT, "  %-36s %7.2f ms%n", "all kernels", total * 1e-6 / steps);
    }

    /** The same kernels, every call clocked under the name of its method. */
    private Kernels timed(Kernels k) {
        Map<String, Object> families = new LinkedHashMap<>();
        return (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, args) -> {
            if (!method.getReturnType().isInterface()) {
                return method.invoke(k, args);
            }
            synchronized (families) {
                Object family = families.get(method.getName());
                if (family == null) {
                    Object real = method.invoke(k, args);
                    family = Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {method.getReturnType()},
                            (p, m, a) -> clocked(method.getName() + "." + m.getName(), real, m, a));
                    families.put(method.getName(), family);
                }
                return family;
            }
        });
    }

    private Object clocked(String name, Object target, java.lang.reflect.Method m, Object[] args) throws Throwable {
        long start = CLOCK.getCurrentThreadCpuTime();
        try {
            return m.invoke(target, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } finally {
            nanos.computeIfAbsent(name, n -> new LongAdder()).add(CLOCK.getCurrentThreadCpuTime() - start);
        }
    }
}
