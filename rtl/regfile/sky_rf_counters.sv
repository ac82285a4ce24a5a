// The counters of a register file, 64 bits each, in the order of sky_rf_pkg::counter_e; 0 after a reset.
// Kept to the subset that synthesis tools read.
module sky_rf_counters (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic [87:0]  events_i,   // 11 bits each, as of sky_rf_array
  input  logic         switch_i,
  input  logic         stall_i,
  output logic [639:0] counters_o
);

  logic [63:0] steps_q, track_steps_q, reads_q, writes_q, accesses_q, switches_q, stalls_q;
  logic [63:0] checks_q, corrected_q, uncorrected_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      steps_q       <= '0;
      track_steps_q <= '0;
      reads_q       <= '0;
      writes_q      <= '0;
      accesses_q    <= '0;
      switches_q    <= '0;
      stalls_q      <= '0;
      checks_q      <= '0;
      corrected_q   <= '0;
      uncorrected_q <= '0;
    end else begin
      if (events_i[54:0] != '0) begin
        steps_q       <= steps_q + {53'd0, events_i[10:0]};
        track_steps_q <= track_steps_q + {53'd0, events_i[21:11]};
        reads_q       <= reads_q + {53'd0, events_i[32:22]};
        writes_q      <= writes_q + {53'd0, events_i[43:33]};
        accesses_q    <= accesses_q + {53'd0, events_i[54:44]};
      end
      if (events_i[87:55] != '0) begin
        checks_q      <= checks_q + {53'd0, events_i[65:55]};
        corrected_q   <= corrected_q + {53'd0, events_i[76:66]};
        uncorrected_q <= uncorrected_q + {53'd0, events_i[87:77]};
      end
      if (switch_i) switches_q <= switches_q + 64'd1;
      if (stall_i) stalls_q <= stalls_q + 64'd1;
    end
  end
  assign counters_o = {uncorrected_q, corrected_q, checks_q, stalls_q, switches_q, accesses_q, writes_q, reads_q,
                       track_steps_q, steps_q};

endmodule
