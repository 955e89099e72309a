/* bench_main.c - the rows, from the bottom layer up. */
#include "bench.h"

int
main(int argc, char **argv)
{
	bench_gcm_add();
	bench_ring_add();
	bench_framing_add();
	bench_stream_add();
	bench_files_add();
	bench_pipe_add();
	bench_archive_add();
	bench_encodings_add();
	return bench_run(argc, argv);
}
