Console.Error.WriteLine("stateserver: not wired yet");
return 1;
