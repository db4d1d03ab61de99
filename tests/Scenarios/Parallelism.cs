// Two clusters side by side: most of a scenario's time is waiting, and the machine has two cores.
[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]
