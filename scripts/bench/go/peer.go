// The peer of scripts/bench/work.lua: the same work by containerd's own client.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"sort"
	"strconv"
	"syscall"
	"time"

	"github.com/containerd/containerd"
	"github.com/containerd/containerd/cio"
	"github.com/containerd/containerd/contrib/seccomp"
	"github.com/containerd/containerd/namespaces"
	"github.com/containerd/containerd/oci"
	specs "github.com/opencontainers/runtime-spec/specs-go"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

type bench struct {
	ctx    context.Context
	client *containerd.Client
	rootfs string
	serial int
}

// Create a container, confined as Neap's are, and start its task. Its outputs
// are copied side by side, so each needs a writer of its own.
func (b *bench) start(stdout io.Writer, args ...string) (containerd.Container, containerd.Task, <-chan containerd.ExitStatus) {
	b.serial++
	id := fmt.Sprintf("peer-%d-%d", os.Getpid(), b.serial)
	container, err := b.client.NewContainer(b.ctx, id, containerd.WithNewSpec(
		oci.WithRootFSPath(b.rootfs), oci.WithProcessArgs(args...), seccomp.WithDefaultProfile()))
	check(err)
	task, err := container.NewTask(b.ctx, cio.NewCreator(cio.WithStreams(nil, stdout, new(bytes.Buffer))))
	check(err)
	exited, err := task.Wait(b.ctx)
	check(err)
	check(task.Start(b.ctx))
	return container, task, exited
}

// Delete alone would cut off what its copies have not taken yet.
func (b *bench) remove(container containerd.Container, task containerd.Task) {
	task.IO().Wait()
	_, err := task.Delete(b.ctx)
	check(err)
	check(container.Delete(b.ctx))
}

func (b *bench) run(stdout io.Writer, args ...string) {
	container, task, exited := b.start(stdout, args...)
	<-exited
	b.remove(container, task)
}

func (b *bench) runs(count int) {
	for i := 0; i < count; i++ {
		var output bytes.Buffer
		b.run(&output, "/bin/echo", "hello")
		if output.String() != "hello\n" {
			log.Fatalf("echo said %q", output.String())
		}
	}
}

func cpu() time.Duration {
	var used syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// Call it many times; print the median and the CPU time of one, in us.
func each(count int, call func()) {
	times := make([]time.Duration, count)
	before := cpu()
	for i := range times {
		start := time.Now()
		call()
		times[i] = time.Since(start)
	}
	used := cpu() - before
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	fmt.Printf("%.0f %.0f\n", float64(times[count/2])/1e3, float64(used)/1e3/float64(count))
}

func (b *bench) calls(count int) {
	each(count, func() {
		_, err := b.client.Version(b.ctx)
		check(err)
	})
}

func (b *bench) execs(count int) {
	container, task, _ := b.start(io.Discard, "/bin/sleep", "600")
	each(count, func() {
		b.serial++
		process, err := task.Exec(b.ctx, fmt.Sprintf("exec-%d", b.serial), &specs.Process{
			Args: []string{"/bin/true"}, Cwd: "/",
		}, cio.NewCreator(cio.WithStreams(nil, io.Discard, io.Discard)))
		check(err)
		exited, err := process.Wait(b.ctx)
		check(err)
		check(process.Start(b.ctx))
		<-exited
		_, err = process.Delete(b.ctx)
		check(err)
	})
	check(task.Kill(b.ctx, syscall.SIGKILL))
	for {
		status, err := task.Status(b.ctx)
		check(err)
		if status.Status == containerd.Stopped {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.remove(container, task)
}

// Only this keeps io.Copy from a shortcut that its consumers would not get.
type counter struct{ bytes int64 }

func (c *counter) Write(bytes []byte) (int, error) {
	c.bytes += int64(len(bytes))
	return len(bytes), nil
}

// Run what writes so much; print MB/s, and the CPU time of a GB in ms.
func (b *bench) bulk(megabytes int, stdout io.Writer) {
	before, start := cpu(), time.Now()
	b.run(stdout, "/bin/dd", "if=/dev/zero", "bs=64k", "count="+strconv.Itoa(megabytes*16))
	seconds := time.Since(start).Seconds()
	size := float64(megabytes) * 1048576
	fmt.Printf("%.0f %.0f\n", size/1e6/seconds, (cpu()-before).Seconds()*1e3/(size/1e9))
}

func (b *bench) count(megabytes int) {
	var output counter
	b.bulk(megabytes, &output)
	if output.bytes != int64(megabytes)*1048576 {
		log.Fatalf("dd said %d bytes", output.bytes)
	}
}

func (b *bench) copy(megabytes int) {
	file, err := os.OpenFile(os.Args[4], os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0600)
	check(err)
	defer file.Close()
	b.bulk(megabytes, file)
}

func main() {
	b := &bench{
		ctx:    namespaces.WithNamespace(context.Background(), os.Getenv("CONTAINERD_NAMESPACE")),
		rootfs: os.Args[1],
	}
	client, err := containerd.New(os.Getenv("CONTAINERD_ADDRESS"))
	check(err)
	defer client.Close()
	b.client = client
	count, err := strconv.Atoi(os.Args[3])
	check(err)
	map[string]func(int){
		"runs": b.runs, "calls": b.calls, "execs": b.execs, "count": b.count, "copy": b.copy,
	}[os.Args[2]](count)
}
