// bench_shim.cc - bench.h on top of Google Benchmark: the only C++ of the project.
#include "bench.h"

#include "allocs.h"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

struct bench {
	benchmark::State *state;
	std::string label;
	bool begun;
	uint64_t allocs, paused; /* at the first turn; when the clock was stopped */
};

static bool failed;

extern "C" void
bench_add(const char *name, bench_body *body, const void *what, const struct bench_axis *axes, size_t count)
{
	auto *row = benchmark::RegisterBenchmark(name, [body, what](benchmark::State &state) {
		bench b = { &state, "", false, 0, 0 };
		body(&b, what);
		if (!b.label.empty())
			state.SetLabel(b.label);
	});
	std::vector<std::vector<int64_t>> values;
	std::vector<std::string> names;

	for (size_t i = 0; i < count; i++) {
		values.emplace_back(axes[i].values, axes[i].values + axes[i].count);
		names.emplace_back(axes[i].name);
	}
	if (count > 0)
		row->ArgsProduct(values)->ArgNames(names);
	row->UseRealTime()->MeasureProcessCPUTime();
}

extern "C" int
bench_run(int argc, char **argv)
{
	benchmark::Initialize(&argc, argv);
	if (benchmark::ReportUnrecognizedArguments(argc, argv))
		return 2;
	benchmark::RunSpecifiedBenchmarks();
	benchmark::Shutdown();
	return failed ? 1 : 0;
}

extern "C" int64_t
bench_arg(const struct bench *b, size_t i)
{
	return b->state->range(i);
}

extern "C" bool
bench_next(struct bench *b)
{
	bool more = b->state->KeepRunning();

	if (!b->begun)
		b->allocs = allocs_count();
	else if (!more)
		b->state->counters["allocs"] = benchmark::Counter(
		    static_cast<double>(allocs_count() - b->allocs), benchmark::Counter::kAvgIterations);
	b->begun = true;
	return more;
}

extern "C" void
bench_pause(struct bench *b)
{
	b->state->PauseTiming();
	b->paused = allocs_count();
}

extern "C" void
bench_resume(struct bench *b)
{
	b->allocs += allocs_count() - b->paused;
	b->state->ResumeTiming();
}

extern "C" void
bench_bytes(struct bench *b, uint64_t per_turn)
{
	b->state->SetBytesProcessed(b->state->iterations() * static_cast<int64_t>(per_turn));
}

extern "C" void
bench_items(struct bench *b, uint64_t per_turn)
{
	b->state->SetItemsProcessed(b->state->iterations() * static_cast<int64_t>(per_turn));
}

extern "C" void
bench_label(struct bench *b, const char *text)
{
	b->label = text;
}

extern "C" void
bench_skip(struct bench *b, const char *why)
{
	b->state->SkipWithError((std::string("skipped: ") + why).c_str());
}

extern "C" void
bench_fail(struct bench *b, const char *why)
{
	failed = true;
	b->state->SkipWithError((std::string("failed: ") + why).c_str());
}
